/** Members of etcd and of the control plane: their number, and the zones of their volumes. */

import { spreadMembers } from "../etcd/members.plan";
import type { Member } from "../etcd/members.plan";
import type { SettingPath } from "../settings/problems";
import { confirmedLosses, listOf } from "./confirmLoss.plan";
import type { LiveSettings } from "./liveSettings.plan";
import { liveMembers, liveVolumes, retainedVolumes, volumeName } from "./retainedVolumes.plan";
import type { SettingsChange } from "./settingsChange.plan";
import { refuse, rollOut } from "./settingsChange.plan";

const zonesPath: SettingPath = ["network", "zones"];
const apiServersPath: SettingPath = ["controlPlane", "members"];

export function* memberChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  // A change of the topology changes nothing else: migrationChanges.
  if (live.etcd.topology === wanted.etcd.topology) {
    const external = wanted.etcd.topology === "external";
    yield* etcdMembers(live, wanted, external ? ["etcd", "members"] : apiServersPath);
    if (external) yield* apiServers(live, wanted);
  }
  yield* deletedVolumes(live, wanted);
}

function* etcdMembers(live: LiveSettings, wanted: LiveSettings, path: SettingPath): Iterable<SettingsChange> {
  const counts = [live.etcd.members, wanted.etcd.members] as const;
  const [before, after] = [liveMembers(live), liveMembers(wanted)];
  const removed = without(before, after);
  const added = without(after, before);
  const problem = countProblem(live, wanted);
  if (removed.length + added.length > 0 && problem !== undefined) yield refuse(path, problem, counts);
  else if (removed.length > 0) yield rollOut(path, shrinkage(removed, live, wanted), counts);
  else if (added.length > 0) yield rollOut(path, growth(added, live, wanted), counts);
  yield* zoneChanges(before, after, live, wanted);
}

const without = (members: readonly Member[], others: readonly Member[]): readonly Member[] =>
  members.filter(({ name }) => !others.some((other) => other.name === name));

const lettersOf = (members: readonly Member[]): string => members.map(({ name }) => name).join(", ");

const namesOf = (cluster: string, members: readonly Member[]): string =>
  listOf(members.map((member) => volumeName(cluster, member)));

/** Reason, with the alternative, why the number of members cannot change in this update. */
function countProblem(live: LiveSettings, wanted: LiveSettings): string | undefined {
  const first = `keep ${live.etcd.members} members in this update, and change their number in the next one`;
  // The volumes are part of the record since members leave by themselves.
  if (live.etcd.volumes === undefined)
    return `the live machines cannot join or leave by themselves yet; ${first}, when its rollout has finished`;
  if (live.etcd.generation !== wanted.etcd.generation)
    return `a restore needs the same members before and after it; ${first}`;
  if (live.network.zones.join() !== wanted.network.zones.join() && live.etcd.members > wanted.etcd.members)
    return `members would leave and move to other zones at the same time; keep network.zones in this update, and change the zones in the next one`;
  return undefined;
}

/** API servers list the members of external etcd. */
const apiServersFollow = ({ etcd }: LiveSettings): string =>
  etcd.topology === "external"
    ? "; the control plane's machines are replaced one at a time, and then connect to the new members"
    : "; no other machine is replaced";

function shrinkage(removed: readonly Member[], live: LiveSettings, wanted: LiveSettings): string {
  const letters = lettersOf(removed);
  const external = wanted.etcd.topology === "external";
  const when = external ? "once no API server uses them" : "each after its machine was drained";
  const kept = retainedVolumes(live, wanted).filter(({ name }) => removed.some((member) => member.name === name));
  const volumes =
    kept.length === 0
      ? "; their volumes are deleted"
      : `; volumes stay until a later update names them: confirmLoss: ${namesOf(live.name, kept)}`;
  return `${letters} leave etcd one after the other, ${when}, and their machines end${apiServersFollow(wanted)}${volumes}`;
}

function growth(added: readonly Member[], live: LiveSettings, wanted: LiveSettings): string {
  const letters = lettersOf(added);
  const volumes = liveVolumes(live).filter(({ name }) => added.some((member) => member.name === name));
  const kept = volumes.length === 0 ? "" : ` (${lettersOf(volumes)}: on the volumes that stayed)`;
  return `${letters} get volumes and machines${kept}, and join etcd as learners, one after the other${apiServersFollow(wanted)}`;
}

/** With external etcd, API servers have no data. */
function* apiServers(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const counts = [live.controlPlane.members, wanted.controlPlane.members] as const;
  if (counts[1] > counts[0]) {
    yield rollOut(apiServersPath, "new machines join; no other machine is replaced", counts);
  } else if (counts[1] < counts[0]) {
    const message = "machines are drained and end one after the other; no other machine is replaced";
    yield rollOut(apiServersPath, message, counts);
  }
}

/** Volumes of members that left in an earlier update. */
function* deletedVolumes(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const left = without(without(liveVolumes(live), liveMembers(live)), liveMembers(wanted));
  const deleted = without(left, retainedVolumes(live, wanted));
  if (deleted.length === 0) return;
  const message = `the volumes of the former members ${lettersOf(deleted)} are deleted, with the data from before they left`;
  yield rollOut(["confirmLoss"], message);
}

function* zoneChanges(
  before: readonly Member[],
  after: readonly Member[],
  live: LiveSettings,
  wanted: LiveSettings,
): Iterable<SettingsChange> {
  const zones = [live.network.zones, wanted.network.zones] as const;
  yield* returnsElsewhere(without(after, before), live, wanted);
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

/** Former members whose volumes stayed in another zone than the one they would return to. */
function* returnsElsewhere(
  added: readonly Member[],
  live: LiveSettings,
  wanted: LiveSettings,
): Iterable<SettingsChange> {
  const confirmed = confirmedLosses(live, wanted);
  const moved = liveVolumes(live).filter(
    (volume) =>
      added.some(({ name, zone }) => name === volume.name && zone !== volume.zone) &&
      !confirmed.includes(volumeName(live.name, volume)),
  );
  if (moved.length === 0) return;
  const where = moved.map(({ name, zone }) => `${name} in ${zone}`).join(", ");
  const message = `the volumes of the former members (${where}) would be replaced by blank ones in other zones; write confirmLoss: ${namesOf(live.name, moved)}`;
  yield refuse(zonesPath, message, [live.network.zones, wanted.network.zones]);
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
  const confirmed = confirmedLosses(live, wanted);
  if (!confirmed.includes(volumeName(live.name, moved))) {
    const message = `${blankVolumes([moved])}; ${order}, or write confirmLoss: ${namesOf(live.name, [moved])}`;
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
