import { createHash } from "node:crypto";

import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

import { parameterPrefix } from "../../pki/authorities.plan";
import { resourceTags } from "../../aws/tags.plan";
import { encryptionKeyPath } from "./encryptionConfiguration.plan";

export interface EncryptionKeysArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Names of the keys. */
  readonly names: readonly string[];
  /** KMS key of the SecureString parameters. */
  readonly secretsKeyArn: pulumi.Input<string>;
  /** Keys are neither deleted by mistake nor with the stack: what they encrypted would be lost, backups included. */
  readonly protect: boolean;
}

/** The keys that API servers encrypt objects with, in the SSM parameters from which control planes fetch them. */
export class EncryptionKeys extends pulumi.ComponentResource {
  constructor(name: string, args: EncryptionKeysArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:EncryptionKeys", name, {}, options);
    for (const key of args.names) this.key(`${name}-${key}`, key, args);
    this.registerOutputs({});
  }

  private key(name: string, key: string, { cluster, secretsKeyArn, protect }: EncryptionKeysArgs): void {
    const kept = { parent: this, protect, retainOnDelete: protect };
    const source = new tls.PrivateKey(name, { algorithm: "ED25519" }, kept);
    const path = encryptionKeyPath(key);
    new ssm.Parameter(
      name,
      {
        name: `${parameterPrefix(cluster)}${path}`,
        description: `Key ${key} that API servers encrypt objects with`,
        type: "SecureString",
        value: pulumi.secret(source.privateKeyPem.apply(secretboxKey)),
        keyId: secretsKeyArn,
        tags: resourceTags(cluster, `${cluster}${path}`),
      },
      kept,
    );
  }
}

/** 32 bytes in base64, as secretbox wants them: the hash of a private key that has as many of chance. */
function secretboxKey(privateKeyPem: string): string {
  return createHash("sha256").update(privateKeyPem).digest("base64");
}
