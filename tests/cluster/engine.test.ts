/** `pulumi up` of the real engine boots dev from nothing, a second one adds a machine, a refresh finds drift, and destroy removes everything. */
import { callQueryApi } from "../../rehearsal/drills/aws";
import { boot, down } from "../../rehearsal/boot";
import { RehearsedCluster, isReady, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import { EngineStack } from "../../rehearsal/engine/engineStack";
import { log } from "./log";

const id = "enginetest";
const minute = 60_000;
const pool = "dev-worker-general";

let cluster: RehearsedCluster;
let engine: EngineStack;

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(0);

/** Runs an operation without questions; logs its time. */
async function operate(...args: readonly string[]): Promise<string> {
  const started = performance.now();
  const output = await engine.run([...args, "--yes", "--skip-preview"]);
  log(`pulumi ${args.join(" ")} took ${seconds(started)} s`);
  return output;
}

beforeAll(async () => {
  const started = performance.now();
  cluster = await RehearsedCluster.connect(await boot({ stack: "dev", id, engine: true }));
  engine = EngineStack.of(id);
  log(`the engine created a ready cluster after ${seconds(started)} s`);
}, 40 * minute);

afterAll(() => down(id), 5 * minute);

it("up creates the machines of the settings, and then the objects in the cluster", async () => {
  expect(cluster.status.machines.map(({ group }) => group).sort()).toEqual(["dev-control-plane-a", pool]);
  expect((await cluster.list("nodes")).map(isReady)).toEqual([true, true]);
  const path = "/apis/apps/v1/namespaces/kube-system/deployments/coredns";
  expect((await cluster.client.kubernetes({ method: "GET", path })).status).toBe(200);
});

it("up with a larger pool adds a machine and keeps the others", async () => {
  const before = cluster.status.machines.map((machine) => machine.id);
  await engine.run(["config", "set", "--path", "cluster.workers.general.min", "2"]);
  await operate("up");
  await waitUntil("another ready worker", 10 * minute, async () => {
    const { machines, ready } = await cluster.refresh();
    return ready && machines.length === 3;
  });
  expect(cluster.status.machines.map((machine) => machine.id)).toEqual(expect.arrayContaining(before));
});

it("refresh finds what somebody else has changed, and the next up restores it", async () => {
  await callQueryApi(cluster, "autoscaling", "UpdateAutoScalingGroup", { AutoScalingGroupName: pool, MaxSize: "9" });
  await operate("refresh");
  expect(await engine.run(["preview", "--diff"])).toMatch(/maxSize *: 9 => 5/);
});

it("destroy removes the objects and all machines", async () => {
  await operate("destroy");
  expect((await cluster.refresh()).machines.filter(({ state }) => state !== "terminating")).toEqual([]);
  expect(await engine.run(["stack", "export"])).not.toContain('"aws:');
});
