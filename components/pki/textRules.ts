import type { TextRule } from "../settings/textRules";

/** Number of a generation, as a key of a mapping. */
export const generationRule: TextRule = (text) =>
  /^[1-9]\d{0,3}$/.test(text) ? undefined : 'not a generation; write its number in quotes, such as "1"';

/** Certificates in PEM and nothing else. checks.ts validates the certificates themselves. */
export const pemRule: TextRule = (text) => {
  if (text.includes("PRIVATE KEY"))
    return "contains a private key; treat it as compromised: remove it, and create another";
  return /^(\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----)+\s*$/.test(text)
    ? undefined
    : "not PEM; write certificates from -----BEGIN CERTIFICATE----- on, the issuing one first";
};
