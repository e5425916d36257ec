/** Replacement of members' machines, as drills observe it. */
import { moveEtcd } from "../../../rehearsal/drills/faults/moveEtcd";
import { drills } from "../../../rehearsal/drills/catalogue";
import { waitForReplacement } from "../../../rehearsal/drills/memberReplacement";
import { RehearsedCluster } from "../../../rehearsal/drills/rehearsedCluster";
import { VoterWatch } from "../../../rehearsal/drills/voterWatch";

interface Machine {
  readonly id: string;
  readonly group: string;
  readonly role: string;
  /** Runs etcd. */
  readonly etcd: boolean;
}

const machine = (role: string, letter: string, generation: number, etcd: boolean): Machine => ({
  ...{ id: `${role}-${letter}-${generation}`, group: `s-${role}-${letter}`, role, etcd },
});

/** Cluster in these states, one after the other. */
function clusterIn(states: readonly (readonly Machine[])[]): Promise<RehearsedCluster> {
  let now: readonly Machine[] = [];
  let next = 0;
  const status = () => {
    now = states[Math.min(next++, states.length - 1)] ?? [];
    return Promise.resolve({ machines: now.map((each) => ({ ...each, name: each.id, stage: "", ready: true })) });
  };
  const exec = (id: string) => Promise.resolve({ code: now.some((each) => each.id === id && each.etcd) ? 0 : 3 });
  return RehearsedCluster.connect({ status, exec } as never);
}

const letters = ["a", "b", "c"];
const stacked = letters.map((letter) => machine("control-plane", letter, 1, true));
/** State in which the first members have moved; the next one is between its machines if `gap` is true. */
const moving = (moved: number, gap = false): readonly Machine[] =>
  letters.flatMap((letter, index) => [
    machine("control-plane", letter, index < moved ? 2 : 1, index > moved || (index === moved && !gap)),
    machine("etcd", letter, 1, index < moved),
  ]);
const old = stacked.map(({ id }) => id);

test("a member is available on its control-plane machine or on its etcd machine", async () => {
  const states = [moving(0), moving(0, true), moving(1), moving(1, true), moving(2), moving(2, true), moving(3)];
  expect(await waitForReplacement(await clusterIn([stacked, ...states]), old, 60_000)).toBe(1);
});

test("two members without etcd at the same time end the drill", async () => {
  const both = moving(1).filter(({ etcd, role }) => role !== "control-plane" || !etcd);
  await expect(waitForReplacement(await clusterIn([stacked, both]), old, 60_000)).rejects.toThrow(
    "members b and c were unavailable at the same time",
  );
});

test("voters are watched until a member loses its vote", async () => {
  const answers = [{ a: "1", b: "2", c: "3" }, undefined, { a: "1", b: "2" }];
  const listVoters = () => {
    const answer = answers.shift();
    return answer === undefined ? Promise.reject(new Error("no member answers")) : Promise.resolve(answer);
  };
  const watch = new VoterWatch({ listVoters } as never);
  while (answers.length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  await watch.stop();
  expect([...watch.seen]).toEqual(["abc", "ab"]);
  expect([watch.lossOf(["a", "b"]), watch.lossOf(letters)]).toEqual([undefined, "ab"]);
});

test("move-etcd refuses a cluster whose members run on etcd machines, and is the last drill of all", async () => {
  const begins = jest.fn();
  const context = { cluster: await clusterIn([moving(3)]), faultBegins: begins, faultEnds: jest.fn(), log: jest.fn() };
  await expect(moveEtcd.inject(context as never)).rejects.toThrow("needs stacked etcd");
  expect(begins).not.toHaveBeenCalled();
  expect(drills.at(-1)).toBe(moveEtcd);
});
