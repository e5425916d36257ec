import { X509Certificate } from "node:crypto";

/** Blocks of a PEM text, in order. */
export function pemBlocks(text: string): readonly { readonly label: string; readonly pem: string }[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g)].map(([pem, label = ""]) => ({
    label,
    pem: `${pem.replaceAll("\r", "")}\n`,
  }));
}

/** Issuing certificate: the first one. */
export function issuingCertificate(chain: string): string {
  return pemBlocks(chain)[0]?.pem ?? "";
}

/**
 * Certificates that an API server presents besides its own, so that clients that know only the root trust it: the issuer and
 * those above it, without the root. Undefined where the issuer is a root.
 */
export function chainOf(own: string): string | undefined {
  const between = pemBlocks(own)
    .map(({ pem }) => pem)
    .filter((pem) => !isRoot(new X509Certificate(pem)));
  return between.length === 0 ? undefined : between.join("");
}

/** True for a self-signed certificate. */
export function isRoot(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}
