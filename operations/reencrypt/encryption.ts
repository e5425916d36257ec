/** Encryption at rest as the API servers have it, and the keys in etcd. */
import { z } from "zod";

import { rehearsalClient } from "../rehearsal";
import { readClusterSpec } from "../stack";

/** Encryption of a cluster. */
export interface ClusterEncryption {
  /** `secrets`, `orders.example.com`. */
  readonly resources: readonly string[];
  /** Key that encrypts; undefined: objects are stored unencrypted. */
  readonly current: string | undefined;
  /** Keys that only decrypt. */
  readonly former: readonly string[];
}

export function stackEncryption(stack: string): ClusterEncryption {
  const { provider, keys, resources } = readClusterSpec(stack).access.encryption;
  const current = provider === "none" ? undefined : keys[0];
  return { resources, current, former: keys.filter((key) => key !== current) };
}

const templateSchema = z.object({
  resources: z.tuple([
    z.object({
      resources: z.array(z.string()),
      providers: z.array(
        z.object({ secretbox: z.object({ keys: z.array(z.object({ name: z.string() })) }).optional() }),
      ),
    }),
  ]),
});

/** @param template EncryptionConfiguration in the cluster.json of a machine; null: none */
export function templateEncryption(template: unknown): ClusterEncryption {
  if (template === null) return { resources: [], current: undefined, former: [] };
  const [{ resources, providers }] = templateSchema.parse(template).resources;
  const keys = providers.flatMap(({ secretbox }) => secretbox?.keys.map(({ name }) => name) ?? []);
  // The first provider encrypts.
  const current = providers[0]?.secretbox === undefined ? undefined : keys[0];
  return { resources, current, former: keys.filter((key) => key !== current) };
}

/** Path of the program on members that counts the values in etcd by their key. */
export const countProgram = "/opt/holdfast/current/bin/etcd-encryption-keys";

/** Machine of a rehearsal that the command reads. */
export interface RehearsedMember {
  /** Encryption that the machine was installed with. */
  readonly encryption: ClusterEncryption;
  /** Number of values in etcd by the key that encrypts them. */
  readonly countKeys: () => Promise<Readonly<Record<string, number>>>;
}

/** First control-plane machine of a rehearsal. @throws if it has none, or a command fails on it */
export async function readRehearsedMember(id: string): Promise<RehearsedMember> {
  const client = rehearsalClient(id);
  const { machines } = await client.status();
  const member = machines.find(({ role, ready }) => role === "control-plane" && ready);
  if (member === undefined) throw new Error(`rehearsal ${id} has no ready control-plane machine`);
  const read = async (...argv: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await client.exec(member.name, argv);
    if (code !== 0) throw new Error(`${member.name}: ${argv.join(" ")}: ${stderr.trim()}`);
    return JSON.parse(stdout);
  };
  return {
    encryption: templateEncryption(await read("jq", "-c", ".encryption", "/opt/holdfast/current/cluster.json")),
    countKeys: async () => z.record(z.string(), z.number()).parse(await read(countProgram)),
  };
}
