/** OpenID Connect discovery document and key set for ServiceAccount tokens, in the form that the API server serves. */

import { createHash, createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** Path of the discovery document below the issuer URL (OpenID Connect Discovery 1.0, section 4). */
export const discoveryKey = ".well-known/openid-configuration";

/** Path of the key set below the issuer URL, as in the API server. */
export const keySetKey = "openid/v1/jwks";

/** Audience of tokens for AWS STS, in every partition. */
export const stsAudience = "sts.amazonaws.com";

/** Signature algorithm by curve, as the API server selects it. */
const algorithms: Readonly<Record<string, string>> = { "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" };

/** Key id as the API server derives it: SHA-256 of the DER encoding, in base64url without padding. */
export function keyId(key: KeyObject): string {
  return createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("base64url");
}

/**
 * Keys that verify ServiceAccount tokens, without duplicates; during a rotation there are several.
 * @param publicKeys in PEM; RSA or a NIST curve.
 * @throws RangeError for another kind of key; TypeError or an OpenSSL error for an invalid key.
 */
export function jsonWebKeys(publicKeys: readonly string[]) {
  const keys = publicKeys.map((pem) => jsonWebKey(createPublicKey(pem)));
  return keys.filter(({ kid }, index) => keys.findIndex((key) => key.kid === kid) === index);
}

/** Public key in the form of RFC 7517. */
function jsonWebKey(key: KeyObject) {
  const parameters = key.export({ format: "jwk" }) as Readonly<Record<string, string>> & { readonly kty: string };
  const alg = parameters.kty === "RSA" ? "RS256" : algorithms[parameters["crv"] ?? ""];
  if (alg === undefined)
    throw new RangeError(`a ${parameters.kty} key cannot sign ServiceAccount tokens; use RSA or a NIST curve`);
  return { use: "sig", kid: keyId(key), alg, ...parameters };
}

/** Key set document. */
export function keySet(publicKeys: readonly string[]): string {
  return JSON.stringify({ keys: jsonWebKeys(publicKeys) });
}

/** Discovery document. */
export function discovery(issuer: string, publicKeys: readonly string[]): string {
  const algorithmsUsed = new Set(jsonWebKeys(publicKeys).map(({ alg }) => alg));
  return JSON.stringify({
    issuer,
    jwks_uri: `${issuer}/${keySetKey}`,
    // AWS requires the field but does not use it.
    authorization_endpoint: "urn:kubernetes:programmatic_authorization",
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [...algorithmsUsed].sort(),
    claims_supported: ["sub", "iss"],
  });
}

/** Subject of the tokens of a ServiceAccount. */
export function serviceAccountSubject(namespace: string, serviceAccount: string): string {
  return `system:serviceaccount:${namespace}:${serviceAccount}`;
}
