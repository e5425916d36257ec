/** Volumes, backups, encryption keys and namespaces: data that an update must not lose. */

import type { SettingPath } from "../settings/problems";
import { confirmedLosses, listOf } from "./confirmLoss.plan";
import type { LiveSettings } from "./liveSettings.plan";
import type { SettingsChange } from "./settingsChange.plan";
import { refuse, rollOut } from "./settingsChange.plan";

export function* etcdDataChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  yield* volumeChanges([live.etcd.volumeGiB, wanted.etcd.volumeGiB]);
  const generations = [live.etcd.generation, wanted.etcd.generation] as const;
  if (generations[1] < generations[0]) {
    const message = `members serve generation ${generations[0]} and refuse a lower one; keep etcd.restore as it was, or restore another backup with generation: ${generations[0] + 1}`;
    yield refuse(["etcd", "restore"], message, generations);
  } else if (generations[1] > generations[0]) {
    const message =
      "all members restore the backup within 15 seconds of the update; every write after the backup is lost";
    yield rollOut(["etcd", "restore"], message, generations);
  }
  if (live.etcd.objectLock && !wanted.etcd.objectLock) {
    const message =
      "S3 cannot disable Object Lock, so that the bucket of the backups would be replaced; write objectLock with fewer days, such as days: 1";
    yield refuse(["etcd", "backups", "objectLock"], message);
  }
  yield* copyChanges(live, wanted);
}

function* volumeChanges(sizes: readonly [number, number]): Iterable<SettingsChange> {
  const path = ["etcd", "volume", "sizeGiB"];
  if (sizes[1] < sizes[0]) {
    const message = `EBS cannot shrink a volume; write at least ${sizes[0]}`;
    yield refuse(path, message, sizes);
  } else if (sizes[1] > sizes[0]) {
    const message =
      "EBS grows the volumes while they are in use, and each member its file system within a minute; no machine is replaced, and a default quotaBytes grows with the machine's next boot";
    yield rollOut(path, message, sizes);
  }
}

function* copyChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const regions = [live.etcd.copyTo, wanted.etcd.copyTo] as const;
  if (regions[0] === undefined || regions[0] === regions[1]) return;
  const path = ["etcd", "backups", "copyTo"];
  const copy = `${live.name}-etcd-backups-copy`;
  if (confirmedLosses(live, wanted).includes(copy)) {
    yield rollOut(path, `the copies in ${regions[0]} and their key are deleted`, regions);
  } else {
    const message = `the copies in ${regions[0]} and their key would be deleted; keep the region, or write confirmLoss: ${listOf([copy])}`;
    yield refuse(path, message, regions);
  }
}

const encryptionPath: SettingPath = ["access", "encryption"];
const keysPath: SettingPath = [...encryptionPath, "keys"];

/**
 * Encryption at rest. Members with the old and the new configuration serve together during the rollout, so that every member
 * must be able to decrypt with a key before one encrypts with it (Kubernetes, "Rotate a decryption key").
 */
export function* encryptionChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const [before, after] = [live.encryption, wanted.encryption];
  const keys = [before.keys, after.keys] as const;
  const [encrypts, willEncrypt] = [encryptingKey(before), encryptingKey(after)];
  const dropped = before.keys.filter((key) => !after.keys.includes(key));
  if (willEncrypt !== undefined && !before.keys.includes(willEncrypt) && live.controlPlane.members > 1) {
    const provider = encrypts === undefined ? "provider: none, " : "";
    const message = `members that are not replaced yet could not decrypt what the others encrypt with key ${willEncrypt}; write ${provider}keys: ${quoted([...before.keys, willEncrypt])} first, run pulumi up, and continue when every member runs it`;
    yield refuse(keysPath, message, keys);
  } else if (encrypts !== undefined && dropped.includes(encrypts)) {
    const message = `members still encrypt with key ${encrypts}; write keys: ${quoted([...after.keys, encrypts])} first, run npx holdfast reencrypt <stack>, and drop the key afterwards`;
    yield refuse(keysPath, message, keys);
  } else if (dropped.length > 0) {
    yield dropKeys(dropped, keys, live, wanted);
  } else if (encrypts !== willEncrypt) {
    const path = before.provider === after.provider ? keysPath : [...encryptionPath, "provider"];
    yield rollOut(path, newEncryption(willEncrypt), [encrypts, willEncrypt]);
  } else if (keys[0].join() !== keys[1].join()) {
    yield rollOut(keysPath, `members are replaced one at a time; key ${encrypts ?? "none"} still encrypts`, keys);
  }
  yield* resourceChanges(before.resources, after.resources);
}

/** First key, or undefined if objects are stored unencrypted. */
const encryptingKey = ({ provider, keys }: LiveSettings["encryption"]): string | undefined =>
  provider === "secretbox" ? keys[0] : undefined;

const quoted = (keys: readonly string[]): string => listOf(keys.map((key) => JSON.stringify(key)));

const newEncryption = (key: string | undefined): string =>
  key === undefined
    ? "members are replaced one at a time; new objects are stored unencrypted, and the keys decrypt the others: keep them until npx holdfast reencrypt <stack> has rewritten all objects"
    : `members are replaced one at a time, and encrypt with key ${key}; afterwards, run npx holdfast reencrypt <stack> (docs/access.md)`;

function dropKeys(
  dropped: readonly string[],
  keys: readonly [unknown, unknown],
  live: LiveSettings,
  wanted: LiveSettings,
): SettingsChange {
  const names = dropped.map((key) => `${live.name}-encryption-${key}`);
  const confirmed = confirmedLosses(live, wanted);
  if (names.every((name) => confirmed.includes(name)))
    return rollOut(keysPath, `members are replaced one at a time, and key ${dropped.join(", ")} is deleted`, keys);
  const message = `objects and backups may still be encrypted with key ${dropped.join(", ")}; run npx holdfast reencrypt <stack>, wait until the backups from before are gone, and write confirmLoss: ${listOf(names)}`;
  return refuse(keysPath, message, keys);
}

function* resourceChanges(before: readonly string[], after: readonly string[]): Iterable<SettingsChange> {
  const path = [...encryptionPath, "resources"];
  const dropped = before.filter((name) => !after.includes(name));
  if (dropped.length > 0) {
    const message = `API servers could no longer decrypt stored ${dropped.join(", ")}; keep them in the list`;
    yield refuse(path, message, [before, after]);
  } else if (after.length > before.length) {
    const message =
      "members are replaced one at a time; until the last one is, members from before cannot read objects that the others encrypt";
    yield rollOut(path, message, [before, after]);
  }
}

export function* tenantChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const confirmed = confirmedLosses(live, wanted);
  for (const tenant of live.tenants) {
    if (wanted.tenants.includes(tenant)) continue;
    const name = `${live.name}-tenancy-${tenant}`;
    if (confirmed.includes(name)) yield rollOut(["tenants", tenant], "its namespace is deleted with all objects in it");
    else {
      const message = `its namespace would be deleted with all objects and volumes in it; keep the tenant, or write confirmLoss: ${listOf([name])}`;
      yield refuse(["tenants", tenant], message);
    }
  }
}
