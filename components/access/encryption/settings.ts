import { z } from "zod";
import { mapping, texts } from "../../settings/fields";
import type { Parsed } from "../../settings/fields";
import { encryptedResourceRule, encryptionKeyNameRule } from "../textRules";

/** `access.encryption` in the settings. */
export const encryptionSettings = mapping({
  provider: z
    .enum(["secretbox", "none"])
    .default("secretbox")
    .meta({
      description:
        "`secretbox`: XSalsa20-Poly1305 with keys that the stack creates and stores in SSM. `none`: objects are stored unencrypted; existing keys still decrypt.",
    }),
  keys: texts(encryptionKeyNameRule, {
    description:
      "Names of secretbox keys; the first encrypts, all decrypt. To rotate, append a new key, then move it to the front, then remove the old one.",
  }).default(["1"]),
  resources: texts(encryptedResourceRule, { description: "Resources to encrypt." }, { least: 1 }).default(["secrets"]),
})
  .prefault({})
  .meta({ description: "Encryption at rest: the API server encrypts objects before it stores them in etcd." });

export type EncryptionSpec = Parsed<typeof encryptionSettings>;
