/**
 * What makes the API server an OpenID Connect provider for others: the discovery document and the keys that check tokens of
 * service accounts, in the form in which the API server itself serves them.
 */

import { createHash, createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** Where relying parties look first (OpenID Connect Discovery 1.0, section 4). */
export const discoveryKey = ".well-known/openid-configuration";

/** Where the keys are, below the issuer's URL: the API server's own path. */
export const keySetKey = "openid/v1/jwks";

/** Audience of tokens for AWS' security token service, in every partition. */
export const stsAudience = "sts.amazonaws.com";

/** A public key as RFC 7517 writes it. */
export interface JsonWebKey {
  readonly use: "sig";
  readonly kty: string;
  /** Name of the key, which tokens signed with it carry. */
  readonly kid: string;
  readonly alg: string;
  readonly [parameter: string]: string;
}

/** Algorithm by curve, as the API server chooses it. */
const algorithms: Readonly<Record<string, string>> = { "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" };

/** The name that the API server gives a key: SHA-256 of its DER form, in base64url without padding. */
export function keyId(key: KeyObject): string {
  return createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("base64url");
}

/**
 * The keys that check tokens, each once, in the order given: during a rotation there are several.
 * @param publicKeys in PEM, RSA or on a NIST curve.
 * @throws RangeError for a key of another kind; TypeError or an OpenSSL error for what is no key.
 */
export function jsonWebKeys(publicKeys: readonly string[]): readonly JsonWebKey[] {
  const keys = publicKeys.map((pem) => jsonWebKey(createPublicKey(pem)));
  return keys.filter(({ kid }, index) => keys.findIndex((key) => key.kid === kid) === index);
}

function jsonWebKey(key: KeyObject): JsonWebKey {
  const parameters = key.export({ format: "jwk" }) as Readonly<Record<string, string>> & { readonly kty: string };
  const alg = parameters.kty === "RSA" ? "RS256" : algorithms[parameters["crv"] ?? ""];
  if (alg === undefined) throw new RangeError(`a ${parameters.kty} key signs no tokens of service accounts`);
  return { use: "sig", kid: keyId(key), alg, ...parameters };
}

/** Text of the key set. */
export function keySet(publicKeys: readonly string[]): string {
  return JSON.stringify({ keys: jsonWebKeys(publicKeys) });
}

/** Text of the discovery document. */
export function discovery(issuer: string, publicKeys: readonly string[]): string {
  const algorithmsUsed = new Set(jsonWebKeys(publicKeys).map(({ alg }) => alg));
  return JSON.stringify({
    issuer,
    jwks_uri: `${issuer}/${keySetKey}`,
    // AWS wants the field, and nobody logs in there.
    authorization_endpoint: "urn:kubernetes:programmatic_authorization",
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [...algorithmsUsed].sort(),
    claims_supported: ["sub", "iss"],
  });
}

/** The subject of a service account's tokens. */
export function serviceAccountSubject(namespace: string, serviceAccount: string): string {
  return `system:serviceaccount:${namespace}:${serviceAccount}`;
}
