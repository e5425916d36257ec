import { createHash } from "node:crypto";

import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

import { resourceTags } from "../../aws/tags.plan";
import { clusterPath } from "../../aws/clusterPath.plan";
import { encryptionKeyPath } from "./encryptionConfiguration.plan";

export interface EncryptionKeysArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Names of the keys. */
  readonly names: readonly string[];
  /** KMS key of the SecureString parameters. */
  readonly secretsKeyArn: pulumi.Input<string>;
  /** Protects the keys from deletion and retains them with the stack: objects and backups cannot be decrypted without them. */
  readonly protect: boolean;
}

/** Encryption keys of the API servers, in SSM parameters that control-plane machines read. */
export class EncryptionKeys extends pulumi.ComponentResource {
  constructor(name: string, args: EncryptionKeysArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:EncryptionKeys", name, {}, options);
    for (const key of args.names) this.createKey(`${name}-${key}`, key, args);
    this.registerOutputs({});
  }

  private createKey(name: string, key: string, { cluster, secretsKeyArn, protect }: EncryptionKeysArgs): void {
    const options = { parent: this, protect, retainOnDelete: protect };
    const source = new tls.PrivateKey(name, { algorithm: "ED25519" }, options);
    const path = encryptionKeyPath(key);
    new ssm.Parameter(
      name,
      {
        name: `${clusterPath(cluster)}${path}`,
        description: `Encryption key ${key} of the API servers`,
        type: "SecureString",
        value: pulumi.secret(source.privateKeyPem.apply(deriveSecretboxKey)),
        keyId: secretsKeyArn,
        tags: resourceTags(cluster, `${cluster}${path}`),
      },
      options,
    );
  }
}

/** A secretbox key: 32 bytes in base64, hashed from a private key with as much entropy. */
function deriveSecretboxKey(privateKeyPem: string): string {
  return createHash("sha256").update(privateKeyPem).digest("base64");
}
