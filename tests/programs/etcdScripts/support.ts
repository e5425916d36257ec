/** Helpers for tests of the node's etcd scripts. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { prepareAssets } from "../../../rehearsal/assets";
import { type EtcdMachine, type Members, cluster, stopCluster, startCluster, makeCertificates } from "./members";

export const backups = `${cluster}/backups`;

export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Members for all tests of a block. @param settings environment variables of etcd. */
export function membersForAll(settings: Readonly<Record<string, string>> = {}): () => Members {
  let members: Members | undefined;
  let directory: string | undefined;
  beforeAll(async () => {
    const assets = await prepareAssets({ kubernetesVersion: "1.36.3", report: () => undefined });
    directory = mkdtempSync(join(tmpdir(), "holdfast-etcd-"));
    members = await startCluster(dirname(assets.tools.etcdctl), makeCertificates(directory), settings);
  }, 1_800_000);
  afterAll(async () => {
    if (members) await stopCluster(members);
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  });
  return () => {
    if (!members) throw new Error("the members did not start");
    return members;
  };
}

/** Runs a script. @returns its output. @throws if it fails. */
export async function succeed(machine: EtcdMachine, ...script: string[]): Promise<string> {
  const { code, output } = await machine.run(script);
  if (code !== 0) throw new Error(`${script.join(" ")}: ${String(code)}: ${output}`);
  return output;
}

/** Files in scratch folders. */
export function leftovers(machine: EtcdMachine): string[] {
  return ["state/scratch", "etcd/scratch"].flatMap((folder) =>
    existsSync(machine.path(folder)) ? readdirSync(machine.path(folder)) : [],
  );
}

export async function findLeader({ all }: Members): Promise<EtcdMachine> {
  for (const machine of all) {
    const { code } = await machine.run('etcd_client; status_of "$own_endpoint" | leads');
    if (code === 0) return machine;
  }
  throw new Error("no member leads");
}

/** Creates a backup. @returns its key. */
export async function createBackup(members: Members): Promise<string> {
  const before = members.aws.keys(`${backups}/all/`);
  await succeed(await findLeader(members), "bin/etcd-backup");
  const created = members.aws.keys(`${backups}/all/`).find((key) => !before.includes(key));
  if (created === undefined) throw new Error("no backup was created");
  return created;
}
