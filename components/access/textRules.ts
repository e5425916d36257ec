import { X509Certificate } from "node:crypto";
import { CelError, readCel } from "./cel.plan";
import type { TextRule } from "../settings/textRules";
import { dnsNameRule, urlRule } from "../settings/textRules";

/** Rules for the texts of the access settings. */

/** An https address: whoever can read or change what goes over the wire is whoever they like. */
export const tlsUrlRule: TextRule = (text) => {
  if (text.startsWith("http://")) return `is without TLS; write https://${text.slice("http://".length)}`;
  if (!text.startsWith("https://")) return "write a URL that begins with https://";
  return urlRule(text);
};

/** Certificates of authorities in PEM, one or several. */
export const authorityRule: TextRule = (text) => {
  if (/PRIVATE KEY/.test(text))
    return "has a private key in it, which settings must not hold; write the certificate alone";
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (blocks === null)
    return "write a certificate in PEM: -----BEGIN CERTIFICATE----- and so on, as a text of several lines";
  for (const block of blocks) {
    const certificate = read(block);
    if (certificate === undefined) return "is no certificate that can be read; write it as the authority handed it out";
    if (!certificate.ca) return "is no authority's certificate (CA:TRUE is missing); write that of the authority";
  }
  return undefined;
};

function read(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** A CEL expression; what it may speak of is checked where it stands. */
export const celRule: TextRule = (text) => {
  try {
    readCel(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return `is no CEL expression: ${error.message} at character ${error.at + 1}`;
  }
};

/** What goes in front of a name. */
export const namePrefixRule: TextRule = (text) => {
  if (text === "") return "would let the issuer speak of anybody; write a prefix such as corporate:";
  if (text.startsWith("system:")) return "begins with system:, which is Kubernetes' own; write another";
  return /^[\w.:/@#+-]{1,64}$/.test(text) ? undefined : "write at most 64 letters, digits and . : / @ # + - _";
};

/** The name of a claim. */
export const claimRule: TextRule = (text) =>
  /^[^\s"'\\]{1,128}$/.test(text) ? undefined : "write the name of a claim, such as email or groups";

/** Text that is neither empty nor a novel. */
export const wordsRule: TextRule = (text) =>
  text.trim() !== "" && text.length <= 512 ? undefined : "write 1 to 512 characters";

/** A key beside name and groups: Kubernetes wants a domain in front, and keeps its own. */
export const extraKeyRule: TextRule = (text) => {
  const [domain = "", path = ""] = text.split("/");
  const right = dnsNameRule(domain) === undefined && path !== "" && text === text.toLowerCase() && !/\s/.test(text);
  if (!right) return "write a key with a domain in lower case, such as example.com/department";
  return /(^|\.)(kubernetes|k8s)\.io$/.test(domain) ? "is in Kubernetes' own domain; write it in yours" : undefined;
};

/** A name of an object in a cluster. */
export const objectNameRule: TextRule = (text) =>
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(text) && text.length <= 253
    ? undefined
    : "write lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit";

/** A name by which CEL speaks of a variable. */
export const identifierRule: TextRule = (text) =>
  /^[a-zA-Z_]\w{0,62}$/.test(text) ? undefined : "write a letter followed by letters, digits and underscores";

/** What encryption at rest can be asked for. */
export const encryptedResourceRule: TextRule = (text) => {
  if (text.includes("*"))
    return "is a pattern, which would take in what nodes need before there are keys; name the resources";
  return /^[a-z]+(\.[a-z0-9.-]+)?$/.test(text)
    ? undefined
    : "write a plural, with its group if it has one: secrets, orders.example.com";
};

/** Name of an encryption key; it becomes part of an SSM parameter's name. */
export const keyNameRule: TextRule = (text) =>
  /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(text)
    ? undefined
    : "write lower-case letters, digits and hyphens, such as 2 or 2026-11";
