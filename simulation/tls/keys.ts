import { createHash, createPrivateKey, createPublicKey, generateKeyPair, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { promisify } from "node:util";

import type { PrivateKeyArgs } from "@pulumi/tls";

import { resourceType } from "../core/resourceType";
import type { Plain } from "../core/resourceType";

const generate = promisify(generateKeyPair);

/** The provider's names of curves, as OpenSSL calls them. */
const curves: Readonly<Record<string, string>> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};

/** A key as the algorithm of its certificates sees it. */
export interface Signer {
  readonly key: KeyObject;
  /** `RSA`, `ECDSA` or `ED25519`, as the provider names it. */
  readonly algorithm: string;
  /** OID of the signature that it makes; the digest grows with the curve, as Go chooses it. */
  readonly signatureOid: string;
  sign(data: Buffer): Buffer;
}

/** Reads a private key in any of the PEM forms; an error where it is none. */
export function readSigner(pem: string): Signer {
  const key = createPrivateKey(pem);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === "rsa") {
    return signer(key, "RSA", "1.2.840.113549.1.1.11", "sha256");
  }
  if (type === "ec") {
    const oid = "1.2.840.10045.4.3.";
    if (details?.namedCurve === curves.P384) return signer(key, "ECDSA", `${oid}3`, "sha384");
    if (details?.namedCurve === curves.P521) return signer(key, "ECDSA", `${oid}4`, "sha512");
    return signer(key, "ECDSA", `${oid}2`, "sha256");
  }
  if (type === "ed25519") return signer(key, "ED25519", "1.3.101.112", undefined);
  throw new Error(`keys of type ${String(type)} are not supported`);
}

const signer = (key: KeyObject, algorithm: string, signatureOid: string, digest: string | undefined): Signer => ({
  key,
  algorithm,
  signatureOid,
  sign: (data) => sign(digest, data, key),
});

/** The public half as DER. */
export const publicDer = (key: KeyObject): Buffer =>
  (key.type === "private" ? createPublicKey(key) : key).export({ type: "spki", format: "der" });

async function makeKey(inputs: Plain<PrivateKeyArgs>): Promise<KeyObject> {
  switch (inputs.algorithm) {
    case "ECDSA":
      return (await generate("ec", { namedCurve: curves[inputs.ecdsaCurve ?? "P224"] ?? "secp224r1" })).privateKey;
    case "ED25519":
      return (await generate("ed25519")).privateKey;
    default:
      return (await generate("rsa", { modulusLength: inputs.rsaBits ?? 2048 })).privateKey;
  }
}

/** SEC 1 for curves and PKCS #1 for RSA, as Go's encoders and so the provider write them. */
function traditionalPem(key: KeyObject): string {
  const type = key.asymmetricKeyType === "ec" ? "sec1" : key.asymmetricKeyType === "rsa" ? "pkcs1" : "pkcs8";
  return key.export({ type, format: "pem" }).toString();
}

/** Real keys, new each time. The OpenSSH forms are left out: nothing here speaks SSH. */
export const privateKey = resourceType<PrivateKeyArgs>({
  token: "tls:index/privateKey:PrivateKey",
  replaceOn: ["algorithm", "ecdsaCurve", "rsaBits"],
  secretOutputs: ["privateKeyPem", "privateKeyPemPkcs8"],
  check({ inputs, refuse }) {
    const { algorithm, ecdsaCurve, rsaBits } = inputs;
    if (!["RSA", "ECDSA", "ED25519"].includes(algorithm)) {
      refuse(
        "algorithm",
        "Invalid Attribute Value Match",
        `value must be one of: ["RSA" "ECDSA" "ED25519"], got: "${algorithm}"`,
      );
    }
    if (ecdsaCurve !== undefined && curves[ecdsaCurve] === undefined) {
      refuse(
        "ecdsaCurve",
        "Invalid Attribute Value Match",
        `value must be one of: ["P224" "P256" "P384" "P521"], got: "${ecdsaCurve}"`,
      );
    }
    if (rsaBits !== undefined && (!Number.isInteger(rsaBits) || rsaBits < 1024)) {
      refuse(
        "rsaBits",
        "Unable to generate Key from configuration",
        `crypto/rsa: ${String(rsaBits)}-bit keys are insecure`,
      );
    }
  },
  async create({ inputs }) {
    const key = await makeKey(inputs);
    const der = publicDer(key);
    return {
      id: createHash("sha1").update(der).digest("hex"),
      outputs: {
        ecdsaCurve: inputs.ecdsaCurve ?? "P224",
        privateKeyPem: traditionalPem(key),
        privateKeyPemPkcs8: key.export({ type: "pkcs8", format: "pem" }).toString(),
        publicKeyPem: createPublicKey(key).export({ type: "spki", format: "pem" }).toString(),
        rsaBits: inputs.rsaBits ?? 2048,
      },
    };
  },
});
