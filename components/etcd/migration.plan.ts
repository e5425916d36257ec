/**
 * Migration of the members from the control-plane machines to etcd machines. A member is its data volume and its DNS name, which are
 * the same in both topologies: its control-plane machine is replaced by one without etcd and releases the volume, for which the
 * etcd machine waits. Members with either kind of machine serve together until the last one has moved, so that the control plane keeps
 * its former roles, and the firewall is open between both kinds.
 */

import type { ClusterSpec } from "../clusterSpec";

/** True while control-plane machines may still run members of external etcd. */
export const isMigrating = ({ etcd }: Pick<ClusterSpec, "etcd">): boolean =>
  etcd.topology === "external" && etcd.migrateFrom !== undefined;
