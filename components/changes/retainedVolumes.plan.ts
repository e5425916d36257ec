/** Data volumes of etcd members that have left: they stay until `confirmLoss` names them. */

import type { Member } from "../etcd/members.plan";
import { spreadMembers } from "../etcd/members.plan";
import { confirmedLosses } from "./confirmLoss.plan";
import type { LiveSettings } from "./liveSettings.plan";

/** Name of the resource of a member's data volume. */
export const volumeName = (cluster: string, { name }: Pick<Member, "name">): string => `${cluster}-etcd-volume-${name}`;

/** Live members of etcd. */
export const liveMembers = ({ etcd, network }: LiveSettings): readonly Member[] =>
  spreadMembers(etcd.members, network.zones);

/** Live data volumes: of members, and of members that have left. */
export const liveVolumes = (live: LiveSettings): readonly Member[] => live.etcd.volumes ?? liveMembers(live);

/** Volumes that an update keeps without a member. Another cluster has none of them. */
export function retainedVolumes(live: LiveSettings | undefined, wanted: LiveSettings): readonly Member[] {
  if (live === undefined || live.name !== wanted.name) return [];
  const confirmed = confirmedLosses(live, wanted);
  const members = liveMembers(wanted);
  return liveVolumes(live).filter(
    (volume) => !members.some(({ name }) => name === volume.name) && !confirmed.includes(volumeName(live.name, volume)),
  );
}

/** Settings as an update records them, with the volumes that it keeps. */
export const withRetainedVolumes = (live: LiveSettings | undefined, wanted: LiveSettings): LiveSettings => ({
  ...wanted,
  etcd: { ...wanted.etcd, volumes: [...liveMembers(wanted), ...retainedVolumes(live, wanted)] },
});
