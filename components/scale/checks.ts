import type { ClusterSpec } from "../clusterSpec";
import { scaleFor, scaleProfile } from "./profiles.plan";
import { mostNodes, poolSizes } from "../network/cidrOverlap";
import type { Finding, SettingPath } from "../settings/problems";

/** Whether control plane and etcd are set up for as many nodes as the pools may have. */

const scalePath: SettingPath = ["scale"];

export function* checkScale(spec: ClusterSpec): Iterable<Finding> {
  yield* checkNodes(spec);
  yield* checkEtcdDisk(spec);
}

function* checkNodes(spec: ClusterSpec): Iterable<Finding> {
  const nodes = mostNodes(spec);
  const enough = scaleFor(nodes);
  const involves = poolSizes(spec);
  if (enough === undefined) {
    const most = scaleProfile("large").mostNodes;
    const message = `may grow to ${nodes} nodes with the control plane; Kubernetes takes ${most}; lower max of some pools`;
    yield { path: ["workers"], found: Object.keys(spec.workers).length, message, involves };
  } else if (nodes > scaleProfile(spec.scale).mostNodes) {
    const message = `is for up to ${scaleProfile(spec.scale).mostNodes} nodes, and the pools may grow to ${nodes} with the control plane; write ${enough}, or lower workers.*.max`;
    yield { path: scalePath, found: spec.scale, message, involves: [["controlPlane", "members"], ...involves] };
  }
}

function* checkEtcdDisk({ scale, etcd: { volume, maintenance } }: ClusterSpec): Iterable<Finding> {
  const { quotaBytes, iops, throughputMiBps } = scaleProfile(scale).etcd;
  const needs: readonly { path: SettingPath; found: number; least: number; what: string }[] = [
    { path: ["etcd", "volume", "iops"], found: volume.iops, least: iops, what: "etcd's hardware recommendations" },
    {
      path: ["etcd", "volume", "throughputMiBps"],
      found: volume.throughputMiBps,
      least: throughputMiBps,
      what: "etcd's hardware recommendations",
    },
    {
      path: ["etcd", "maintenance", "quotaBytes"],
      found: maintenance.quotaBytes,
      least: quotaBytes,
      what: "a database of that many objects",
    },
  ];
  for (const { path, found, least, what } of needs) {
    if (found >= least) continue;
    const message = `is too little for a cluster of scale ${scale} by ${what}; write at least ${least}`;
    yield { path, found, message, involves: [scalePath] };
  }
}
