import { createHash, createPrivateKey, createPublicKey, generateKeyPair, webcrypto } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { promisify } from "node:util";

import type { PrivateKeyArgs } from "@pulumi/tls";

import { resourceType } from "../core/resourceType";
import type { Plain } from "../core/resourceType";

const generate = promisify(generateKeyPair);

/** OpenSSL names of the provider's curves. */
const curves: Readonly<Record<string, string>> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};

/** Private key that signs certificates or requests. */
export interface Signer {
  readonly keys: webcrypto.CryptoKeyPair;
  /** `RSA`, `ECDSA` or `ED25519`, as the provider names it. */
  readonly algorithm: string;
  readonly signingAlgorithm: webcrypto.Algorithm & { readonly hash?: string };
}

/** Names of a key's algorithm: the provider's, and those of Web Crypto. The digest grows with the curve, as in Go. */
function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject) {
  switch (type) {
    case "ec": {
      const [namedCurve, hash] = {
        [String(curves.P384)]: ["P-384", "SHA-384"],
        [String(curves.P521)]: ["P-521", "SHA-512"],
      }[details?.namedCurve ?? ""] ?? ["P-256", "SHA-256"];
      return { algorithm: "ECDSA", signingAlgorithm: { name: "ECDSA", namedCurve, hash } };
    }
    case "ed25519":
      return { algorithm: "ED25519", signingAlgorithm: { name: "Ed25519" } };
    default:
      return { algorithm: "RSA", signingAlgorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } };
  }
}

/** Reads a private key in any PEM form. */
export async function readSigner(pem: string): Promise<Signer> {
  const key = createPrivateKey(pem);
  const { algorithm, signingAlgorithm } = algorithmOf(key);
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  const keys = {
    privateKey: await webcrypto.subtle.importKey("pkcs8", pkcs8, signingAlgorithm, true, ["sign"]),
    publicKey: await webcrypto.subtle.importKey("spki", spki, signingAlgorithm, true, ["verify"]),
  };
  return { keys, algorithm, signingAlgorithm };
}

async function generateKey(inputs: Plain<PrivateKeyArgs>): Promise<KeyObject> {
  switch (inputs.algorithm) {
    case "ECDSA":
      return (await generate("ec", { namedCurve: curves[inputs.ecdsaCurve ?? "P224"] ?? "secp224r1" })).privateKey;
    case "ED25519":
      return (await generate("ed25519")).privateKey;
    default:
      return (await generate("rsa", { modulusLength: inputs.rsaBits ?? 2048 })).privateKey;
  }
}

/** PEM form of the provider: SEC 1 for curves, PKCS #1 for RSA, PKCS #8 otherwise. */
function traditionalPem(key: KeyObject): string {
  const type = key.asymmetricKeyType === "ec" ? "sec1" : key.asymmetricKeyType === "rsa" ? "pkcs1" : "pkcs8";
  return key.export({ type, format: "pem" }).toString();
}

/** Private key, new each time. The OpenSSH forms are left out: no resource uses them. */
export const privateKey = resourceType<PrivateKeyArgs>({
  token: "tls:index/privateKey:PrivateKey",
  replaceOn: ["algorithm", "ecdsaCurve", "rsaBits"],
  secretOutputs: ["privateKeyPem", "privateKeyPemPkcs8"],
  async create({ inputs }) {
    const key = await generateKey(inputs);
    const publicKey = createPublicKey(key);
    return {
      id: createHash("sha1")
        .update(publicKey.export({ type: "spki", format: "der" }))
        .digest("hex"),
      outputs: {
        ecdsaCurve: inputs.ecdsaCurve ?? "P224",
        privateKeyPem: traditionalPem(key),
        privateKeyPemPkcs8: key.export({ type: "pkcs8", format: "pem" }).toString(),
        publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
        rsaBits: inputs.rsaBits ?? 2048,
      },
    };
  },
});
