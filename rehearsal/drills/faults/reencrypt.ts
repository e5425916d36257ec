import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../../../cli/program";
import { readBootPlan } from "../../supervisor/bootPlan";
import { applyChange } from "../applyChange";
import type { Drill } from "../drill";
import { elapsed } from "../durations";
import { waitForReplacement } from "../memberReplacement";
import type { RehearsedCluster } from "../rehearsedCluster";

const run = promisify(execFile);
const holdfast = join(__dirname, "..", "..", "..", "cli", "holdfast.cjs");

/** More than a page of `holdfast reencrypt`. */
const count = 600;
const namespace = "drill-reencrypt";
const secretName = (number: number): string => `secret-${number}`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Names of the keys that the members use; the first one encrypts. */
async function readKeys(cluster: RehearsedCluster): Promise<string[]> {
  const keys = await cluster.runOnAnyMember(
    `cluster '.encryption.resources[0].providers[] | .secretbox // empty | .keys[].name'`,
  );
  return keys.split("\n");
}

async function createSecrets(cluster: RehearsedCluster): Promise<void> {
  await cluster.kubectl(
    "delete",
    "namespace",
    namespace,
    "--ignore-not-found",
    "--timeout=120s",
    "--request-timeout=0",
  );
  await cluster.kubectl("create", "namespace", namespace);
  for (let number = 0; number < count; number += 1) {
    const object = { metadata: { name: secretName(number) }, data: { password: base64(secretName(number)) } };
    const request = {
      method: "POST",
      path: `/api/v1/namespaces/${namespace}/secrets`,
      body: JSON.stringify(object),
    } as const;
    const { status, body } = await cluster.client.kubernetes(request);
    if (status !== 201) throw new Error(`${secretName(number)}: ${status}: ${body}`);
  }
}

/** @throws unless every Secret is readable, with its content */
async function requireSecrets(cluster: RehearsedCluster): Promise<void> {
  const listed = await cluster.kubectl("-n", namespace, "get", "secrets", "-o", "json");
  const { items } = JSON.parse(listed) as { items: { metadata: { name: string }; data: { password?: string } }[] };
  const intact = items.filter(({ metadata, data }) => data.password === base64(metadata.name));
  if (intact.length !== count) throw new Error(`${intact.length} of ${count} Secrets are readable`);
}

/** Number of values in etcd by key. */
async function countKeys(cluster: RehearsedCluster): Promise<Record<string, number>> {
  return JSON.parse(await cluster.runOnAnyMember("/opt/holdfast/current/bin/etcd-encryption-keys")) as Record<
    string,
    number
  >;
}

/** Runs `holdfast reencrypt` on the rehearsal. Rejects with its output if etcd still has values of a former key. */
async function runReencrypt({ client, status }: RehearsedCluster): Promise<void> {
  const command = [holdfast, "reencrypt", status.stack, "--rehearsal", client.paths.id, "--json"];
  await run(process.execPath, command, { maxBuffer: 64 << 20 }).catch((error: unknown) => {
    throw new Error(`holdfast reencrypt: ${(error as { stdout?: string }).stdout ?? ""}${messageOf(error)}`);
  });
}

/** Orders keys in the settings, and waits until every member runs them. */
async function changeKeys(
  cluster: RehearsedCluster,
  keys: readonly string[],
  confirmLoss: readonly string[] = [],
): Promise<void> {
  const old = cluster.controlPlaneMachines.map(({ id }) => id);
  await applyChange(cluster, { overrides: { access: { encryption: { keys } }, confirmLoss } });
  await waitForReplacement(cluster, old, 1_500_000);
  const found = await readKeys(cluster);
  if (found.join() !== keys.join()) throw new Error(`members have keys ${found.join()} instead of ${keys.join()}`);
}

export const reencrypt: Drill = {
  name: "reencrypt",
  description:
    "the key that encrypts Secrets in etcd is rotated in three rollouts, and `holdfast reencrypt` rewrites all Secrets before the " +
    "former key is dropped",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 300_000, lost: "none" },
  async inject({ cluster, faultBegins, faultEnds, addCleanup, log }) {
    const [former = "1"] = await readKeys(cluster);
    const next = String(Number(former) + 1);
    const { name } = readBootPlan(cluster.client.paths.plan).cluster;
    addCleanup(async () => {
      await cluster.kubectl("delete", "namespace", namespace, "--wait=false");
    });
    await createSecrets(cluster);
    faultBegins();
    const began = Date.now();
    await changeKeys(cluster, [former, next]);
    log(`every member can decrypt with key ${next} after ${elapsed(began)}`);
    await changeKeys(cluster, [next, former]);
    log(`every member encrypts with key ${next} after ${elapsed(began)}`);
    const before = await countKeys(cluster);
    if ((before[former] ?? 0) < count) throw new Error(`etcd has only ${before[former] ?? 0} values of key ${former}`);
    const rewriting = Date.now();
    await runReencrypt(cluster);
    log(`reencrypt rewrote the values of ${before[former] ?? 0} objects in ${elapsed(rewriting)}`);
    const after = await countKeys(cluster);
    if (after[former] !== undefined) throw new Error(`etcd has ${after[former]} values of key ${former}`);
    await requireSecrets(cluster);
    await changeKeys(cluster, [next], [`${name}-encryption-${former}`]);
    log(`key ${former} is dropped after ${elapsed(began)}`);
    faultEnds();
    return () => requireSecrets(cluster);
  },
};
