/**
 * Keyless signatures of sigstore, with which Kubernetes signs its release files
 * (https://kubernetes.io/docs/tasks/administer-cluster/verify-signed-artifacts/). The key of a signature is used once; a
 * certificate, valid for minutes, identifies the signer. The time of the signature, which only the transparency log proves, is
 * not verified: a key that leaked later would pass.
 */
import "reflect-metadata";

import { type KeyObject, X509Certificate, createHash, createVerify } from "node:crypto";

import { X509Certificate as ParsedCertificate } from "@peculiar/x509";

/** Chains of certificates, each from the issuer of signers' certificates to its root. */
export type Authorities = readonly (readonly string[])[];

/** Identity of the release process, and the service that proved it. */
const signer = {
  identity: "krel-staging@k8s-releng-prod.iam.gserviceaccount.com",
  issuer: "https://accounts.google.com",
};

/** Extension "Issuer (V2)" of Fulcio's certificates (sigstore/fulcio, docs/oid-info.md). */
const issuerExtension = "1.3.6.1.4.1.57264.1.8";

interface Signature {
  /** DER in Base64. */
  readonly signature: string;
  /** PEM, or PEM in Base64 as cosign writes it. */
  readonly certificate: string;
  readonly authorities: Authorities;
}

/** Reads a file once. @returns its SHA-256, and the problem if its signature is not one of Kubernetes' release process */
export async function verifySignedFile(
  file: AsyncIterable<Uint8Array>,
  { signature, certificate, authorities }: Signature,
): Promise<{ readonly sha256: string; readonly problem?: string }> {
  const [hash, verifier] = [createHash("sha256"), createVerify("sha256")];
  for await (const chunk of file) {
    hash.update(chunk);
    verifier.update(chunk);
  }
  const sha256 = hash.digest("hex");
  const key = signerKey(certificate, authorities);
  if (typeof key === "string") return { sha256, problem: key };
  const valid = verifier.verify(key, Buffer.from(signature.trim(), "base64"));
  return valid ? { sha256 } : { sha256, problem: "the signature does not belong to the file" };
}

/** Public key of a certificate of the release process, or the problem of the certificate. */
function signerKey(text: string, authorities: Authorities): KeyObject | string {
  const pem = text.includes("-----BEGIN") ? text : Buffer.from(text.trim(), "base64").toString();
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(pem);
  } catch {
    return "the signature has no readable certificate";
  }
  if (!authorities.some((chain) => isIssuedBy(leaf, chain))) return "no authority of sigstore issued the certificate";
  if (leaf.subjectAltName !== `email:${signer.identity}`) {
    return `signed by ${leaf.subjectAltName ?? "an unnamed signer"}, not by ${signer.identity}`;
  }
  const issuer = issuerOf(pem);
  return issuer === signer.issuer
    ? leaf.publicKey
    : `${issuer ?? "an unnamed service"} verified the identity of the signer, expected ${signer.issuer}`;
}

function isIssuedBy(leaf: X509Certificate, chain: readonly string[]): boolean {
  const certificates = [leaf, ...chain.map((pem) => new X509Certificate(pem))];
  return certificates.every((certificate, index) => {
    const issuer = certificates[index + 1] ?? certificate;
    return (index > 0 || issuer !== leaf) && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  });
}

/** Text of the extension, a UTF8String of less than 128 bytes. */
function issuerOf(pem: string): string | undefined {
  const extension = new ParsedCertificate(pem).getExtension(issuerExtension);
  return extension === null ? undefined : Buffer.from(extension.value).subarray(2).toString();
}

/** Sigstore's authorities, from its own update service, whose root `@sigstore/tuf` contains. */
export async function fetchAuthorities(): Promise<Authorities> {
  const { getTrustedRoot } = await import("@sigstore/tuf");
  const { certificateAuthorities } = await getTrustedRoot();
  return certificateAuthorities.map(({ certChain }) =>
    (certChain?.certificates ?? []).map(({ rawBytes }) => new X509Certificate(rawBytes).toString()),
  );
}
