/** The setting `etcd.restore` in the text of a stack file. Pure. */
import { isMap, parseDocument } from "yaml";

import type { EtcdRestoreSpec } from "../../components/etcd/settings";
import { formatProblems, parseSettings } from "../../stacks/settings";

const clusterKey = "holdfast:cluster";

/**
 * Writes `etcd.restore` into a stack file; keeps comments, order and all other settings.
 * @throws Error if the file has no cluster, or if the settings are invalid with the restore.
 */
export function setRestore(text: string, restore: EtcdRestoreSpec): string {
  const document = parseDocument(text);
  const cluster = document.getIn(["config", clusterKey]);
  if (document.errors.length > 0 || !isMap(cluster)) throw new Error(`the file has no mapping config.${clusterKey}`);
  // A block mapping: an operator reads this in an emergency, and a flow mapping on one line is hard to read.
  document.setIn(["config", clusterKey, "etcd", "restore"], document.createNode(restore));
  const written = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  const config = (parseDocument(written).toJS() as { config: Record<string, unknown> }).config;
  const parsed = parseSettings(config);
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
  return written;
}
