/** Orders a restore: looks whether it can work, says what it costs, and writes it down. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { GetParameterCommand, ParameterNotFound, PutParameterCommand } from "@aws-sdk/client-ssm";

import { backupEnding, clusterOfSnapshot, restoresPrefix } from "../../components/etcd/backupTiers.plan";
import { restoreOrder, restoreParameter } from "../../components/etcd/restoreOrder.plan";
import type { EtcdRestoreSpec } from "../../components/clusterSpec";
import { fetchMetadata, uploadFile, fetchBackupObjects } from "./bucket";
import { formatBackups, describeAge, describeTime, listBackups } from "./backups";
import type { Backup } from "./backups";
import { setRestore } from "./restoreSetting";
import { compress, inspectSnapshot, measure } from "./snapshotFile";
import { stackFile } from "./target";
import type { Target } from "./target";

export interface RestoreRequest {
  /** A key in the bucket, a file here, or `latest`. */
  readonly what: string;
  /** Writes the order where members read it, instead of the setting: a rehearsal has no `pulumi up`. */
  readonly atOnce: boolean;
}

/**
 * @returns what to tell the person.
 * @throws Error with the reason for which nothing was written.
 */
export async function restore(target: Target, { what, atOnce }: RestoreRequest): Promise<readonly string[]> {
  const backups = listBackups(await fetchBackupObjects(target));
  const snapshot = await keyOf(target, backups, what);
  const ordered = { generation: await nextGeneration(target, backups), snapshot };
  const loss = describeDataLoss(backups, snapshot, new Date());
  if (atOnce) {
    await order(target, ordered);
    return [
      ...loss,
      "",
      `Ordered: generation ${ordered.generation} from ${snapshot}. Members restore it within seconds.`,
    ];
  }
  const file = stackFile(target.stack);
  writeFileSync(file, setRestore(readFileSync(file, "utf8"), ordered));
  return [
    ...loss,
    "",
    `Written to stacks/Pulumi.${target.stack}.yaml: etcd.restore, generation ${ordered.generation}. Nothing has happened yet.`,
    "The setting stays there for good: without it, the generation would go backwards, which members refuse.",
    "",
    `  pulumi up --stack ${target.stack}                  restores it, on all members at once`,
    `  npm run etcd -- status ${target.stack}             shows how it goes`,
  ];
}

async function keyOf(target: Target, backups: readonly Backup[], what: string): Promise<string> {
  const newest = backups[0];
  if (what === "latest") {
    if (newest === undefined) throw new Error(`${target.bucket} has no backup of ${target.spec.name}`);
    return check(target, backups, newest.key);
  }
  return existsSync(what) ? bringIn(target, what) : check(target, backups, what);
}

async function check(target: Target, backups: readonly Backup[], key: string): Promise<string> {
  const { name } = target.spec;
  const cluster = clusterOfSnapshot(key);
  if (cluster === undefined) throw new Error(`${key} is neither a file here nor the key of a backup`);
  if (cluster !== name) throw new Error(`${key} is a backup of cluster ${cluster}, not of ${name}`);
  const metadata = await fetchMetadata(target, key);
  if (metadata === undefined) {
    const table = formatBackups(backups, new Date(), 5);
    throw new Error([`there is no ${key} in ${target.bucket}; the newest there are`, ...table].join("\n"));
  }
  if (metadata.cluster !== name)
    throw new Error(`${key} says that it is of cluster ${metadata.cluster ?? "?"}, not of ${name}`);
  if (!/^[0-9a-f]{64}$/.test(metadata.sha256 ?? ""))
    throw new Error(`${key} has no SHA-256 with it; members would refuse it`);
  return key;
}

/** Uploads a file that was kept elsewhere; members read the bucket alone. */
async function bringIn(target: Target, path: string): Promise<string> {
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

/** Named after its content, so that the same file has the same key. */
export function snapshotKey(cluster: string, path: string, sha256: string): string {
  const name = basename(path)
    .replace(/(\.db)?(\.gz)?$/, "")
    .replaceAll(/[^A-Za-z0-9_.-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "");
  return `${restoresPrefix(cluster)}${name.slice(0, 100) || "snapshot"}-${sha256.slice(0, 16)}${backupEnding}`;
}

/** One above every generation that is known: of the settings, of the order that members have, and of the backups. */
async function nextGeneration(target: Target, backups: readonly Backup[]): Promise<number> {
  const known = [
    target.spec.etcd.restore?.generation ?? 1,
    (await fetchRestoreOrder(target))?.generation ?? 1,
    ...backups.map(({ generation }) => generation),
  ];
  return known.reduce((highest, one) => Math.max(highest, one)) + 1;
}

const parameterOf = ({ spec }: Target): string => `/holdfast/${spec.name}${restoreParameter}`;

/** What members are told to serve; undefined where the stack has not been deployed, or with no leave to read it. */
export async function fetchRestoreOrder(target: Target): Promise<Partial<EtcdRestoreSpec> | undefined> {
  try {
    const { Parameter } = await target.ssm.send(new GetParameterCommand({ Name: parameterOf(target) }));
    return JSON.parse(Parameter?.Value ?? "{}") as Partial<EtcdRestoreSpec>;
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}

async function order(target: Target, restore: EtcdRestoreSpec): Promise<void> {
  await target.ssm.send(
    new PutParameterCommand({
      Name: parameterOf(target),
      Type: "String",
      Value: restoreOrder(restore),
      Overwrite: true,
    }),
  );
}

/** What a restore takes away, as far as the bucket tells. */
export function describeDataLoss(backups: readonly Backup[], snapshot: string, now: Date): readonly string[] {
  const name = snapshot.slice(snapshot.lastIndexOf("/") + 1);
  const chosen = backups.find(({ key }) => key.endsWith(`/${name}`));
  if (chosen === undefined) {
    return [
      `${snapshot} was brought in from outside. Everything that the cluster holds now is replaced by what is in it.`,
    ];
  }
  const newest = backups[0] ?? chosen;
  const later = newest.generation === chosen.generation ? newest.revision - chosen.revision : 0;
  return [
    `Everything that was written after ${describeTime(chosen.taken)} (${describeAge(chosen.taken, now)} ago, revision ${chosen.revision}) will be gone:`,
    later > 0
      ? `at least the ${later} changes that the newest backup (${describeAge(newest.taken, now)} old) has more, and those since.`
      : `the changes of the last ${describeAge(chosen.taken, now)}.`,
    "What members hold now is moved aside on their volumes, not deleted.",
  ];
}
