import { NotReadyPeriods } from "../../../rehearsal/drills/readyNodes";
import type { KubernetesObject } from "../../../rehearsal/drills/rehearsedCluster";

const node = (name: string, status: string, reason?: string, message?: string) =>
  ({ metadata: { name }, status: { conditions: [{ type: "Ready", status, reason, message }] } }) as KubernetesObject;
const restarting = node("i-1", "False", "KubeletNotReady", "CSINode is not yet initialized");
const ready = node("i-1", "True");

function observe(...seen: readonly (readonly [at: number, ...nodes: KubernetesObject[]])[]): NotReadyPeriods {
  const periods = new NotReadyPeriods();
  for (const [at, ...nodes] of seen) periods.observe(at, nodes);
  return periods;
}

test("nodes that stay Ready have no period", () => {
  const { short, long } = observe([0, ready, node("i-2", "True")], [60_000, ready, node("i-2", "True")]);
  expect([short, long]).toEqual(["", ""]);
});

test("a restart of kubelet is short, with the reason of its condition", () => {
  const { short, long } = observe(
    [0, ready],
    [1_000, restarting],
    [5_000, ready],
    [40_000, restarting],
    [41_000, ready],
  );
  const why = "(False, KubeletNotReady: CSINode is not yet initialized)";
  expect([short, long]).toEqual([`i-1 for 4000 ms ${why}, i-1 for 1000 ms ${why}`, ""]);
});

test("a node that misses the next report of its kubelet is reported, also when the watch ends before it is Ready", () => {
  const lost = node("i-2", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.");
  const { short, long } = observe([0, ready, lost], [8_000, ready, lost], [12_000, ready, lost]);
  expect([short, long]).toEqual([
    "",
    "i-2 for 12000 ms (Unknown, NodeStatusUnknown: Kubelet stopped posting node status.)",
  ]);
});
