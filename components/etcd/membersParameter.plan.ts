import type { ClusterSpec } from "../clusterSpec";
import { controlPlaneMembers, etcdMembers } from "./members.plan";

/** SSM parameter of the wanted members, below the cluster's path. Machines read it (lib/members.sh). It holds no secret. */
export const membersParameter = "/members";

/**
 * Letters of the wanted members by role, as JSON. They are in no node bundle and in no user data of other members, because a change
 * of their number must not replace machines: a cluster with one member would be gone meanwhile.
 */
export function renderMembers(spec: ClusterSpec): string {
  const letters = (members: readonly { readonly name: string }[]): string[] => members.map(({ name }) => name);
  return JSON.stringify({ "control-plane": letters(controlPlaneMembers(spec)), etcd: letters(etcdMembers(spec)) });
}
