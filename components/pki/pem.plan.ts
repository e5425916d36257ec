/** PEM texts of several certificates. Pure. */

import { X509Certificate } from "node:crypto";

/** Every block of a PEM text by its label, in order. */
export function pemBlocks(text: string): readonly { readonly label: string; readonly pem: string }[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g)].map(([pem, label = ""]) => ({
    label,
    pem: `${pem.replaceAll("\r", "")}\n`,
  }));
}

/** The certificate that issues: the first one. */
export function issuingCertificate(chain: string): string {
  return pemBlocks(chain)[0]?.pem ?? "";
}

/**
 * What an API server shows besides its own certificate, so that somebody who knows only the root believes it: the issuer and
 * those above it, without the root. Nothing where the issuer is a root itself.
 */
export function chainOf(own: string): string | undefined {
  const between = pemBlocks(own)
    .map(({ pem }) => pem)
    .filter((pem) => !isRoot(new X509Certificate(pem)));
  return between.length === 0 ? undefined : between.join("");
}

/** Whether a certificate has signed itself. */
export function isRoot(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}
