import type { ClusterSpec } from "../clusterSpec";
import type { Finding } from "../settings/problems";
import { checkDuplicates, finding } from "../settings/problems";

/** Names in `confirmLoss`: the cluster itself is no answer to the question which data may go. */
export function* checkConfirmLoss({ name, confirmLoss }: ClusterSpec): Iterable<Finding> {
  yield* checkDuplicates(["confirmLoss"], confirmLoss);
  for (const [index, resource] of confirmLoss.entries()) {
    if (resource.startsWith(`${name}-`)) continue;
    const message = `no resource of this cluster: their names start with ${name}-; write one such as ${name}-etcd-volume-c`;
    yield finding(["confirmLoss", index], message, [["name"]]);
  }
}
