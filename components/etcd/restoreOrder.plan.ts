/** How members are told which data they serve: an SSM parameter that they read again and again. */

import type { EtcdRestoreSpec } from "../clusterSpec";

/** The parameter, below the cluster's path. It is none of `/pki`: there is nothing secret in it. */
export const restoreParameter = "/etcd/restore";

/**
 * What the parameter says: the generation that all members are to serve, and where a later one than the first comes from.
 * It is kept out of user data and of the node bundle, for machines are not replaced in order to restore.
 */
export function restoreOrder(restore: EtcdRestoreSpec | undefined): string {
  return JSON.stringify(
    restore === undefined ? { generation: 1 } : { generation: restore.generation, snapshot: restore.snapshot },
  );
}
