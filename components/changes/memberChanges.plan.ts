/** Members of etcd and of the control plane: their number, and the zones of their volumes. */

import { spreadMembers } from "../etcd/members.plan";
import type { Member } from "../etcd/members.plan";
import type { SettingPath } from "../settings/problems";
import { confirmedLosses, listOf } from "./confirmLoss.plan";
import type { LiveSettings } from "./liveSettings.plan";
import type { SettingsChange } from "./settingsChange.plan";
import { refuse, rollOut } from "./settingsChange.plan";

const zonesPath: SettingPath = ["network", "zones"];

export function* memberChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  // A change of the topology is refused as a whole.
  if (live.etcd.topology !== wanted.etcd.topology) return;
  const external = wanted.etcd.topology === "external";
  yield* etcdMembers(live, wanted, external ? ["etcd", "members"] : ["controlPlane", "members"]);
  if (external) yield* apiServers(live, wanted);
}

function* etcdMembers(live: LiveSettings, wanted: LiveSettings, path: SettingPath): Iterable<SettingsChange> {
  const counts = [live.etcd.members, wanted.etcd.members] as const;
  const [before, after] = [membersOf(live), membersOf(wanted)];
  const removed = before.filter(({ name }) => !after.some((member) => member.name === name));
  const added = after.filter(({ name }) => !before.some((member) => member.name === name));
  if (removed.length > 0) yield shrink(path, counts, removed, live, wanted);
  if (added.length > 0) yield rollOut(path, growth(before, added), counts);
  yield* zoneChanges(before, after, live, wanted);
}

const membersOf = ({ etcd, network }: LiveSettings): readonly Member[] => spreadMembers(etcd.members, network.zones);

const lettersOf = (members: readonly Member[]): string => members.map(({ name }) => name).join(", ");

const volumesOf = (cluster: string, members: readonly Member[]): readonly string[] =>
  members.map(({ name }) => `${cluster}-etcd-volume-${name}`);

function shrink(
  path: SettingPath,
  counts: readonly [number, number],
  removed: readonly Member[],
  live: LiveSettings,
  wanted: LiveSettings,
): SettingsChange {
  const volumes = volumesOf(live.name, removed);
  const confirmed = confirmedLosses(live, wanted);
  const letters = lettersOf(removed);
  if (volumes.every((name) => confirmed.includes(name))) {
    const message = `machines and volumes of ${letters} are deleted; replace the remaining machines one at a time by hand, as they wait for the removed ones (docs/changes.md, "Remove members")`;
    return rollOut(path, message, counts);
  }
  const message = `${letters} would stay voters of etcd without a machine, and the rollout of the others would wait for them; keep ${counts[0]} members, or remove ${letters} from etcd by hand (docs/changes.md, "Remove members") and write confirmLoss: ${listOf(volumes)}`;
  return refuse(path, message, counts);
}

function growth(before: readonly Member[], added: readonly Member[]): string {
  const joins = `${lettersOf(added)} get volumes and machines, and join etcd as learners, one after the other`;
  const [only] = before;
  return before.length === 1 && only
    ? `${joins}; the machine of ${only.name} is replaced at once, because no other member is there yet: API and etcd are not available until it is back`
    : `${joins}; the machines of ${lettersOf(before)} are replaced one at a time`;
}

/** With external etcd, API servers have no data, but their rollouts wait for the number of servers that they know. */
function* apiServers(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const path = ["controlPlane", "members"];
  const counts = [live.controlPlane.members, wanted.controlPlane.members] as const;
  if (counts[1] > counts[0]) {
    const message = "new machines join; the machines from before are replaced one at a time";
    yield rollOut(path, message, counts);
  } else if (counts[1] < counts[0]) {
    const message = `the rollout of the remaining members would wait for the removed ones and fail after an hour; keep ${counts[0]} members, with a smaller instanceType if they are idle`;
    yield refuse(path, message, counts);
  }
}

function* zoneChanges(
  before: readonly Member[],
  after: readonly Member[],
  live: LiveSettings,
  wanted: LiveSettings,
): Iterable<SettingsChange> {
  const zones = [live.network.zones, wanted.network.zones] as const;
  if (zones[0].join() === zones[1].join()) return;
  const moved = after.flatMap((member) => {
    const from = before.find(({ name }) => name === member.name);
    return from === undefined || from.zone === member.zone ? [] : [{ ...member, from: from.zone }];
  });
  const [first, ...others] = moved;
  if (first === undefined) {
    yield rollOut(zonesPath, `no member moves${describePools(zones)}`, zones);
    return;
  }
  const order = "keep the live zones in their order";
  if (before.length === 1) {
    yield refuse(zonesPath, `${blankVolumes(moved)}, and no other member has the data; ${order}`, zones);
  } else if (others.length > 0) {
    const quorum = moved.length * 2 > before.length ? ", and etcd would lose its quorum" : "";
    const message = `${blankVolumes(moved)} at the same time${quorum}; ${order}${firstStep(before.length, zones)}`;
    yield refuse(zonesPath, message, zones);
  } else {
    yield oneMove(first, order, zones, live, wanted);
  }
}

interface MovedMember extends Member {
  /** Zone of the live volume. */
  readonly from: string;
}

function blankVolumes(moved: readonly MovedMember[]): string {
  const moves = moved.map(({ name, from, zone }) => `${name} (${from} to ${zone})`).join(", ");
  const replaced =
    moved.length === 1
      ? `the volume of ${moves} would be replaced by a blank one`
      : `the volumes of ${moves} would be replaced by blank ones`;
  return `a volume cannot leave its zone, so that ${replaced}`;
}

type Zones = readonly [live: readonly string[], wanted: readonly string[]];

function oneMove(
  moved: MovedMember,
  order: string,
  zones: Zones,
  live: LiveSettings,
  wanted: LiveSettings,
): SettingsChange {
  const volumes = volumesOf(live.name, [moved]);
  const confirmed = confirmedLosses(live, wanted);
  if (!volumes.every((volume) => confirmed.includes(volume))) {
    const message = `${blankVolumes([moved])}; ${order}, or write confirmLoss: ${listOf(volumes)}`;
    return refuse(zonesPath, message, zones);
  }
  const { name, from, zone } = moved;
  const message = `${name} moves from ${from} to ${zone}: its machine is replaced while all others are healthy, and joins etcd again with a blank volume; the others stay${describePools(zones)}`;
  return rollOut(zonesPath, message, zones);
}

/** A list with the first of the new zones only, if that moves at most one member. */
function firstStep(count: number, [live, wanted]: Zones): string {
  const added = wanted.find((zone) => !live.includes(zone));
  if (added === undefined) return "";
  const step = [...live, added];
  const [before, after] = [spreadMembers(count, live), spreadMembers(count, step)];
  const moves = after.filter(({ zone }, index) => before[index]?.zone !== zone).length;
  return moves > 1 ? "" : `; write ${listOf(step)} first, and the next zone when all members are healthy`;
}

/** Consequence for the workers of a removed zone. */
function describePools([live, wanted]: Zones): string {
  const removed = live.filter((zone) => !wanted.includes(zone));
  if (removed.length === 0) return "";
  return `; workers in ${removed.join(", ")} are drained and replaced in the other zones, and pods with volumes there stay pending`;
}
