/** Injection of a fault: times, errors, check and cleanups. */
import type { PlainDrill } from "../../../rehearsal/drills/drill";
import { injectFault } from "../../../rehearsal/drills/injectedFault";
import type { RehearsedCluster } from "../../../rehearsal/drills/rehearsedCluster";

/** Cluster of one member; its machine is ready or not. */
const clusterThatIs = (ready: boolean): RehearsedCluster => {
  const status = { machines: [{ id: "i-a", name: "control-plane-a", role: "control-plane", ready, stage: "booting" }] };
  const node = { metadata: { name: "i-a" }, status: { conditions: [{ type: "Ready", status: "True" }] } };
  const answer = (script: string) =>
    JSON.stringify(script.includes("member list") ? { members: [{ name: "a" }] } : [{ endpoint: "a", health: true }]);
  return {
    ...{ status, memberNames: ["a"], controlPlaneMachines: status.machines },
    refresh: () => Promise.resolve(status),
    list: () => Promise.resolve([node]),
    runOnMember: (_member: string, script: string) => Promise.resolve(answer(script)),
    runWithLibraries: () => Promise.resolve("ready"),
  } as unknown as RehearsedCluster;
};

const run = (inject: PlainDrill["inject"], ready = true) =>
  injectFault(
    { name: "x", description: "", limits: { outageMs: 0, fullStrengthMs: 0, lost: "none" }, inject },
    { cluster: clusterThatIs(ready), timeoutMs: 0, announceRestore: () => undefined, log: () => undefined },
  );

test("the check and the cleanups run after full strength, the last cleanup first", async () => {
  const done: string[] = [];
  const step = (name: string) => () => Promise.resolve(void done.push(name));
  const fault = await run(({ addCleanup, faultBegins, faultEnds }) => {
    addCleanup(step("first cleanup"));
    addCleanup(step("second cleanup"));
    faultBegins();
    faultEnds();
    return Promise.resolve(step("check"));
  });
  expect([fault.problems, done]).toEqual([[], []]);
  const { faultBegan, faultEnded, fullStrengthAt = 0 } = fault.times;
  expect([faultBegan <= faultEnded, faultEnded <= fullStrengthAt]).toEqual([true, true]);
  await fault.finish();
  expect(done).toEqual(["check", "second cleanup", "first cleanup"]);
});

test("a failed injection is a problem, and the cleanups run nevertheless", async () => {
  const cleanup = jest.fn(() => Promise.reject(new Error("cleanup failed")));
  const fault = await run(({ addCleanup }) => {
    addCleanup(cleanup);
    const failed: Promise<never> = Promise.reject(new Error("no leader"));
    return failed;
  });
  await fault.finish();
  expect(fault.problems).toEqual(["no leader", "cleanup failed"]);
});

test("without full strength there is no check", async () => {
  const check = jest.fn(() => Promise.resolve());
  const fault = await run(() => Promise.resolve(check), false);
  await fault.finish();
  expect(check).not.toHaveBeenCalled();
  expect(fault.times.fullStrengthAt).toBeUndefined();
  expect(fault.problems).toEqual(["missing after 0 s: control-plane-a (booting)"]);
});
