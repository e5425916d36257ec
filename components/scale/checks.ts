import type { ClusterSpec } from "../clusterSpec";
import { maxNodes, poolSizePaths } from "../network/cidrOverlapChecks";
import type { Finding, SettingPath } from "../settings/problems";
import { finding } from "../settings/problems";
import { scaleFor, scaleProfile } from "./profiles.plan";

const scalePath: SettingPath = ["scale"];

/** Control plane and etcd must be sized for the largest number of nodes that the pools allow. */
export function* checkScale(spec: ClusterSpec): Iterable<Finding> {
  const nodes = maxNodes(spec);
  const enough = scaleFor(nodes);
  const { maxNodes: limit, etcd } = scaleProfile(spec.scale);
  if (enough === undefined) {
    const largest = scaleProfile("large").maxNodes;
    const message = `up to ${nodes} nodes with the control plane, but Kubernetes supports ${largest}; lower max of some pools`;
    yield { path: ["workers"], found: Object.keys(spec.workers).length, message, involves: poolSizePaths(spec) };
  } else if (nodes > limit) {
    const message = `sized for up to ${limit} nodes, but the pools may grow to ${nodes} with the control plane; write ${enough}, or lower workers.*.max`;
    yield finding(scalePath, message, [["controlPlane", "members"], ...poolSizePaths(spec)]);
  }
  yield* atLeast(spec, ["volume", "iops"], spec.etcd.volume.iops, etcd.iops);
  yield* atLeast(spec, ["volume", "throughputMiBps"], spec.etcd.volume.throughputMiBps, etcd.throughputMiBps);
  yield* atLeast(spec, ["maintenance", "quotaBytes"], spec.etcd.maintenance.quotaBytes, etcd.quotaBytes);
}

function* atLeast({ scale }: ClusterSpec, path: SettingPath, value: number, least: number): Iterable<Finding> {
  if (value >= least) return;
  yield finding(["etcd", ...path], `too low for scale ${scale}; write at least ${least}`, [scalePath]);
}
