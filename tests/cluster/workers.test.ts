/** Workers that come and go on a booted cluster: for pods that fit nowhere, for a spot interruption, for a rollout. */
import { boot, down } from "../../rehearsal/boot";
import type { Drill } from "../../rehearsal/drills/drill";
import { scaleOutAndIn } from "../../rehearsal/drills/faults/scaleOutAndIn";
import { Rehearsed } from "../../rehearsal/drills/rehearsed";
import { runDrill } from "../../rehearsal/drills/runDrill";

const id = "worktest";
const minute = 60_000;

let cluster: Rehearsed;

beforeAll(async () => {
  cluster = await Rehearsed.of(await boot({ stack: "dev", id }));
}, 40 * minute);
afterAll(() => down(id), 5 * minute);

it.each<Drill>([scaleOutAndIn])(
  "$name: $what",
  async (drill) => {
    const { broken } = await runDrill(drill, cluster, (text) => void process.stderr.write(`${text}\n`));
    expect(broken).toEqual([]);
  },
  15 * minute,
);
