import type { EtcdSpec } from "./settings";

/** SSM parameter of the restore order, below the cluster's path. Members poll it. It holds no secret. */
export const restoreParameter = "/etcd/restore";

/**
 * Restore order: the generation of the data that all members serve, and from generation 2 on its snapshot. It is in no user
 * data and no node bundle, because a restore must not replace machines.
 */
export function renderRestoreOrder(restore: EtcdSpec["restore"]): string {
  const { generation = 1, snapshot } = restore ?? {};
  return JSON.stringify({ generation, snapshot });
}
