import type { TextRule } from "../settings/textRules";

/** Rules for the texts of the settings of certificates. */

/** Number of a generation, as a key. */
export const generationRule: TextRule = (text) =>
  /^[1-9]\d{0,3}$/.test(text) ? undefined : 'write the number of a generation in quotes, such as "1"';

/** Certificates in PEM, and nothing else: what they are worth, checksPki.ts asks. */
export const pemRule: TextRule = (text) => {
  if (text.includes("PRIVATE KEY"))
    return "holds a private key, which a stack file must not; take it out, consider it known, and make another one";
  return /^(\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----)+\s*$/.test(text)
    ? undefined
    : "write certificates in PEM, from -----BEGIN CERTIFICATE----- on, the issuing one first";
};
