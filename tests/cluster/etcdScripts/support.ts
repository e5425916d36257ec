/** What the tests of the node's etcd scripts have in common. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { prepareAssets } from "../../../rehearsal/assets";
import { type EtcdMachine, type Members, cluster, disband, foundCluster, makeCertificates } from "./members";

export const backups = `${cluster}/backups`;

export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Members that are there for all tests of a block. Settings are etcd's own, by the name of their variable. */
export function membersForAll(settings: Readonly<Record<string, string>> = {}): () => Members {
  let members: Members;
  let directory: string;
  beforeAll(async () => {
    const assets = await prepareAssets({ kubernetesVersion: "1.36.3", report: () => undefined });
    directory = mkdtempSync(join(tmpdir(), "holdfast-etcd-"));
    members = await foundCluster(dirname(assets.tools.etcdctl), makeCertificates(directory), settings);
  }, 1_800_000);
  afterAll(async () => {
    await disband(members);
    rmSync(directory, { recursive: true, force: true });
  });
  return () => members;
}

/** Output of a script, which has to succeed. */
export async function succeed(machine: EtcdMachine, ...script: string[]): Promise<string> {
  const { code, output } = await machine.run(script);
  if (code !== 0) throw new Error(`${script.join(" ")}: ${String(code)}: ${output}`);
  return output;
}

/** What the scripts have left lying about. */
export function leftovers(machine: EtcdMachine): string[] {
  return ["state/scratch", "etcd/scratch"].flatMap((folder) =>
    existsSync(machine.path(folder)) ? readdirSync(machine.path(folder)) : [],
  );
}

export async function leaderOf({ all }: Members): Promise<EtcdMachine> {
  for (const machine of all) {
    const { code } = await machine.run('etcd_client; status_of "$own_endpoint" | leads');
    if (code === 0) return machine;
  }
  throw new Error("nobody leads");
}

/** Makes a backup and returns its key. */
export async function backUp(members: Members): Promise<string> {
  const before = members.aws.keys(`${backups}/all/`);
  await succeed(await leaderOf(members), "bin/etcd-backup");
  const made = members.aws.keys(`${backups}/all/`).find((key) => !before.includes(key));
  if (made === undefined) throw new Error("no backup was made");
  return made;
}
