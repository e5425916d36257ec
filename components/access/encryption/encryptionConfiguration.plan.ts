import { configDirectory } from "../apiServerConfig.plan";
import type { Flag } from "../apiServerConfig.plan";
import type { EncryptionSpec } from "./settings";

/** SSM parameter of a secretbox key, below the cluster's prefix. */
export function encryptionKeyPath(name: string): string {
  return `/pki/kubernetes/encryption/${name}.key`;
}

export function encryptionFlags(spec: EncryptionSpec): readonly Flag[] {
  if (encryptionTemplate(spec) === undefined) return [];
  return [
    { name: "encryption-provider-config", value: `${configDirectory}/encryption.json` },
    // Key rotation needs no restart.
    { name: "encryption-provider-config-automatic-reload", value: "true" },
  ];
}

/**
 * EncryptionConfiguration with a placeholder `@KEY:<name>@` for each key, which the machine replaces with the key from SSM.
 * The identity provider keeps unencrypted objects readable. Undefined: the API server gets no configuration.
 */
export function encryptionTemplate({ provider, keys, resources }: EncryptionSpec): object | undefined {
  if (provider === "none" && keys.length === 0) return undefined;
  const secretbox = { secretbox: { keys: keys.map((name) => ({ name, secret: `@KEY:${name}@` })) } };
  const identity = { identity: {} };
  // The first provider encrypts, all of them decrypt.
  const providers = provider === "none" ? [identity, secretbox] : [secretbox, identity];
  return {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "EncryptionConfiguration",
    resources: [{ resources, providers }],
  };
}
