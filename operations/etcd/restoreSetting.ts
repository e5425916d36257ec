/** The setting that orders a restore, in the text of a stack file. Pure. */

import { isMap, parseDocument } from "yaml";

import type { EtcdRestoreSpec } from "../../components/clusterSpec";
import { formatProblems, parseSettings } from "../../stacks/settings";

const clusterKey = "holdfast:cluster";

/**
 * Writes `etcd.restore` into a stack file; comments, order and all other settings stay as they are.
 * @throws Error when the file has no cluster, or its settings would not be right with the restore.
 */
export function setRestore(text: string, restore: EtcdRestoreSpec): string {
  const document = parseDocument(text);
  const cluster = document.getIn(["config", clusterKey]);
  if (document.errors.length > 0 || !isMap(cluster)) throw new Error(`the file has no mapping config.${clusterKey}`);
  // A flow mapping on one line would be hard to read at three in the morning.
  document.setIn(["config", clusterKey, "etcd", "restore"], document.createNode(restore));
  const written = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  const config = (parseDocument(written).toJS() as { config: Record<string, unknown> }).config;
  const parsed = parseSettings(config);
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
  return written;
}
