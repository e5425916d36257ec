/** Prepares a restore: checks the backup, describes the data loss, and writes the setting. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { GetParameterCommand, ParameterNotFound, PutParameterCommand } from "@aws-sdk/client-ssm";

import type { EtcdRestoreSpec } from "../../components/etcd/settings";
import { clusterPath } from "../../components/aws/clusterPath.plan";
import { backupEnding, clusterOfSnapshot, restoresPrefix } from "../../components/etcd/backupTiers.plan";
import { renderRestoreOrder, restoreParameter } from "../../components/etcd/restoreOrder.plan";
import { stackFile } from "../stack";
import { type Backup, describeAge, describeTime, formatBackups, listBackups } from "./backups";
import { fetchBackupObjects, fetchMetadata, uploadFile } from "./bucket";
import { setRestore } from "./restoreSetting";
import { compress, inspectSnapshot, measure } from "./snapshotFile";
import type { Target } from "./target";

export interface RestoreRequest {
  /** Key in the bucket, path of a local file, or `latest`. */
  readonly snapshot: string;
  /** Writes the SSM parameter instead of the setting, because a rehearsal has no `pulumi up`. */
  readonly immediately: boolean;
}

/** Ordered restore. */
export interface Restored {
  readonly order: EtcdRestoreSpec;
  /** Text for the operator. */
  readonly lines: readonly string[];
}

/** @throws Error with the reason; nothing was written then. */
export async function restore(target: Target, request: RestoreRequest): Promise<Restored> {
  const backups = listBackups(await fetchBackupObjects(target));
  const snapshot = await resolveKey(target, backups, request.snapshot);
  const generation = await nextGeneration(target, backups);
  const order = { generation, snapshot };
  const loss = describeDataLoss(backups, snapshot, new Date());
  if (request.immediately) {
    await writeRestoreParameter(target, order);
    const ordered = `Ordered: generation ${generation} from ${snapshot}. Members restore it within seconds.`;
    return { order, lines: [...loss, "", ordered] };
  }
  const file = stackFile(target.stack);
  writeFileSync(file, setRestore(readFileSync(file, "utf8"), order));
  const next = [
    `Wrote etcd.restore (generation ${generation}) to stacks/Pulumi.${target.stack}.yaml. The cluster is unchanged so far.`,
    "Keep this setting: members refuse a lower generation, so do not remove it after the restore.",
    "",
    `  pulumi up --stack ${target.stack}                  restores the backup on all members`,
    `  npx holdfast etcd status ${target.stack}           shows the progress`,
  ];
  return { order, lines: [...loss, "", ...next] };
}

async function resolveKey(target: Target, backups: readonly Backup[], snapshot: string): Promise<string> {
  if (snapshot !== "latest" && existsSync(snapshot)) return uploadSnapshot(target, snapshot);
  const key = snapshot === "latest" ? backups[0]?.key : snapshot;
  if (key === undefined) throw new Error(`${target.bucket} has no backup of ${target.spec.name}`);
  await checkBackup(target, backups, key);
  return key;
}

async function checkBackup(target: Target, backups: readonly Backup[], key: string): Promise<void> {
  const { name } = target.spec;
  const cluster = clusterOfSnapshot(key);
  if (cluster === undefined) throw new Error(`${key} is neither a local file nor the key of a backup`);
  if (cluster !== name) throw new Error(`${key} is a backup of cluster ${cluster}, not of ${name}`);
  const metadata = await fetchMetadata(target, key);
  if (metadata === undefined) {
    const table = formatBackups(backups, new Date(), 5);
    throw new Error([`${key} does not exist in ${target.bucket}; newest backups:`, ...table].join("\n"));
  }
  if (metadata.cluster !== name)
    throw new Error(`${key} belongs to cluster ${metadata.cluster ?? "?"} by its metadata, not to ${name}`);
  if (!/^[0-9a-f]{64}$/.test(metadata.sha256 ?? ""))
    throw new Error(`${key} has no SHA-256 in its metadata; members would refuse it`);
}

/** Uploads a local snapshot, because members read snapshots only from the bucket. @returns its key. */
async function uploadSnapshot(target: Target, path: string): Promise<string> {
  const { compressed } = await inspectSnapshot(path);
  const folder = mkdtempSync(join(tmpdir(), "holdfast-restore-"));
  try {
    const packed = compressed ? path : join(folder, "snapshot.db.gz");
    if (!compressed) await compress(path, packed);
    const file = { path: packed, ...(await measure(packed)) };
    const key = snapshotKey(target.spec.name, path, file.sha256);
    if ((await fetchMetadata(target, key)) === undefined) await uploadFile(target, key, file);
    return key;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Key of an uploaded snapshot; contains the checksum, so that the same file gets the same key. */
export function snapshotKey(cluster: string, path: string, sha256: string): string {
  const name = basename(path)
    .replace(/(\.db)?(\.gz)?$/, "")
    .replaceAll(/[^A-Za-z0-9_.-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "");
  return `${restoresPrefix(cluster)}${name.slice(0, 100) || "snapshot"}-${sha256.slice(0, 16)}${backupEnding}`;
}

/** One above every known generation: in the settings, in the SSM parameter, and in the backups. */
async function nextGeneration(target: Target, backups: readonly Backup[]): Promise<number> {
  const known = [
    target.spec.etcd.restore?.generation ?? 1,
    (await fetchRestoreOrder(target))?.generation ?? 1,
    ...backups.map(({ generation }) => generation),
  ];
  return known.reduce((highest, one) => Math.max(highest, one)) + 1;
}

const parameterName = ({ spec }: Target): string => `${clusterPath(spec.name)}${restoreParameter}`;

/** Restore that members are ordered to run; undefined if the stack is not deployed. */
export async function fetchRestoreOrder(target: Target): Promise<Partial<EtcdRestoreSpec> | undefined> {
  try {
    const { Parameter } = await target.ssm.send(new GetParameterCommand({ Name: parameterName(target) }));
    return JSON.parse(Parameter?.Value ?? "{}") as Partial<EtcdRestoreSpec>;
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}

async function writeRestoreParameter(target: Target, restore: EtcdRestoreSpec): Promise<void> {
  const [Name, Value] = [parameterName(target), renderRestoreOrder(restore)];
  await target.ssm.send(new PutParameterCommand({ Name, Type: "String", Value, Overwrite: true }));
}

/** Data that a restore removes, as far as the list of backups shows. */
export function describeDataLoss(backups: readonly Backup[], snapshot: string, now: Date): readonly string[] {
  const name = snapshot.slice(snapshot.lastIndexOf("/") + 1);
  const chosen = backups.find(({ key }) => key.endsWith(`/${name}`));
  if (chosen === undefined) {
    return [`The restore replaces all data of the cluster with the uploaded snapshot ${snapshot}.`];
  }
  const newest = backups[0] ?? chosen;
  const later = newest.generation === chosen.generation ? newest.revision - chosen.revision : 0;
  return [
    `The restore discards all writes after ${describeTime(chosen.taken)} (${describeAge(chosen.taken, now)} ago, revision ${chosen.revision}):`,
    later > 0
      ? `at least the ${later} changes up to the newest backup (${describeAge(newest.taken, now)} old), and all later ones.`
      : `the changes of the last ${describeAge(chosen.taken, now)}.`,
    "Members move their current data aside on their volumes; they do not delete it.",
  ];
}
