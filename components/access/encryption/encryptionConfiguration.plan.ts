/** How objects are encrypted before etcd, and so disks and backups, get to see them. */

import { configDirectory } from "../configFile.plan";
import type { Flag } from "../configFile.plan";
import type { EncryptionSpec } from "../spec";

const configFile = "encryption.json";

/** SSM parameter of a secretbox key, below the cluster's prefix. */
export function encryptionKeyPath(name: string): string {
  return `/pki/kubernetes/encryption/${name}.key`;
}

export function encryptionFlags(spec: EncryptionSpec): readonly Flag[] {
  if (encryptionTemplate(spec) === undefined) return [];
  return [
    { name: "encryption-provider-config", value: `${configDirectory}/${configFile}` },
    // A rotated key is taken up without a restart.
    { name: "encryption-provider-config-automatic-reload", value: "true" },
  ];
}

/**
 * The configuration with a place for each key, `@KEY:<name>@`: keys reach the machine by SSM, and it fills them in. What was
 * written before there was any encryption stays readable.
 */
export function encryptionTemplate({ provider, keys, resources }: EncryptionSpec): object | undefined {
  if (provider === "none" && keys.length === 0) return undefined;
  const secretbox = { secretbox: { keys: keys.map((name) => ({ name, secret: `@KEY:${name}@` })) } };
  const identity = { identity: {} };
  return {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "EncryptionConfiguration",
    resources: [
      {
        resources,
        // The first writes; the others still read what they wrote.
        providers: provider === "none" ? [identity, secretbox] : [secretbox, identity],
      },
    ],
  };
}
