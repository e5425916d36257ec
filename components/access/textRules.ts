import { X509Certificate } from "node:crypto";
import { isReservedWord, parseCel } from "./cel/parser.plan";
import { CelError } from "./cel/tokens.plan";
import type { TextRule } from "../settings/textRules";
import { exactUrlRule } from "../settings/textRules";

/**
 * An https URL: without TLS, an attacker on the network could impersonate any user. A trailing slash is part of it: the issuers
 * of Auth0, Authentik and Entra ID (sts.windows.net) have one, and tokens must contain the same text.
 */
export const httpsUrlRule: TextRule = (text) => {
  if (text.startsWith("http://")) return `is without TLS; write https://${text.slice("http://".length)}`;
  return text.startsWith("https://") ? exactUrlRule(text) : "write a URL that begins with https://";
};

/** One or several CA certificates in PEM. */
export const certificateAuthorityRule: TextRule = (text) => {
  if (text.includes("PRIVATE KEY")) {
    return "contains a private key, which must not be in the settings; write the certificate only";
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (blocks === null) return "write a certificate in PEM (-----BEGIN CERTIFICATE----- …) as a multi-line string";
  for (const block of blocks) {
    const certificate = parseCertificate(block);
    if (certificate === undefined) return "contains an unreadable certificate; write it as issued, in PEM";
    if (!certificate.ca) return "contains a certificate that is not a CA certificate (CA:TRUE); write that of the CA";
  }
  return undefined;
};

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** A CEL expression; checks of each section check its names and types. */
export const celRule: TextRule = (text) => {
  try {
    parseCel(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return `is not valid CEL: ${error.message} at character ${error.at + 1}`;
  }
};

/** A prefix of usernames or groups. */
export const namePrefixRule: TextRule = (text) => {
  if (text === "") return "would let the issuer impersonate any user; write a prefix such as corporate:";
  if (text.startsWith("system:")) return "begins with system:, which is reserved for Kubernetes; write another prefix";
  return /^[\w.:/@#+-]{1,64}$/.test(text) ? undefined : "write at most 64 letters, digits and . : / @ # + - _";
};

/** The name of a claim. */
export const claimRule: TextRule = (text) =>
  /^[^\s"'\\]{1,128}$/.test(text) ? undefined : "write the name of a claim, such as email or groups";

/** A string of 1 to 512 characters; Go counts U+0085 as white space, JavaScript does not. */
export const shortTextRule: TextRule = (text) =>
  /[^\s\x85]/.test(text) && text.length <= 512 ? undefined : "write 1 to 512 characters";

/** Key of an extra attribute of a user, by the rules of AuthenticationConfiguration: a domain, a slash and a path. */
export const extraKeyRule: TextRule = (text) => {
  const [domain = "", ...path] = text.split("/");
  const validPath = /^[a-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path.join("/"));
  if (objectNameRule(domain) !== undefined || !validPath) {
    return "write a lower-case key with a domain, such as example.com/department";
  }
  return /(^|\.)(kubernetes|k8s)\.io$/.test(domain)
    ? "is in a domain of Kubernetes; write a key in your domain"
    : undefined;
};

/** The name of a Kubernetes object. */
export const objectNameRule: TextRule = (text) =>
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(text) && text.length <= 253
    ? undefined
    : "write lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit";

/** The name of a namespace: a DNS label. */
export const namespaceRule: TextRule = (text) =>
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)
    ? undefined
    : "write at most 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit";

/** The name of a CEL variable. */
export const identifierRule: TextRule = (text) => {
  if (isReservedWord(text)) return "is a reserved word of CEL; write another name";
  return /^[a-zA-Z_]\w{0,62}$/.test(text) ? undefined : "write a letter followed by letters, digits and underscores";
};

/** URL path of a webhook: segments that are names, as the API server requires. */
export const webhookPathRule: TextRule = (text) => {
  if (text === "/") return undefined;
  const segments = text.replace(/\/$/, "").split("/").slice(1);
  const valid =
    text.startsWith("/") && segments.length > 0 && segments.every((each) => objectNameRule(each) === undefined);
  return valid ? undefined : "write a path of lower-case letters, digits, hyphens and dots, such as /validate";
};

/** A path in audit rules: `*`, or an absolute path that may end in `*`. */
export const auditPathRule: TextRule = (text) =>
  /^(\*|\/[^*]*\*?)$/.test(text) && text.length <= 256
    ? undefined
    : "write a path that begins with / and has a * only at the end, such as /metrics or /healthz*";

/** API group in audit rules. */
export const apiGroupRule: TextRule = (text) =>
  text === "" || text === "*" || objectNameRule(text) === undefined
    ? undefined
    : 'write the group without a version, such as apps or rbac.authorization.k8s.io; "" for the core group, * for all';

/** Common name of a client certificate, in a flag of the API server that is a list in CSV. */
export const commonNameRule: TextRule = (text) => {
  if (text.includes(",")) return "contains a comma; write one name per entry";
  if (/["\r\n]/.test(text))
    return "contains a quotation mark or a line break; issue the proxy a certificate with another name";
  return shortTextRule(text);
};

/** Resources without objects, or whose objects are stored in another group: k8s.io/apiserver, validation_encryption.go. */
const unencryptable = ["apiserveripinfo", "serviceipallocations", "servicenodeportallocations"];

/** A resource that the API server can encrypt. */
export const encryptedResourceRule: TextRule = (text) => {
  if (text.includes("*"))
    return "is a pattern, which would include objects that nodes need before the keys; list resources";
  const [resource = "", ...rest] = text.split(".");
  const group = rest.join(".");
  if (group === "events.k8s.io") return "is stored in another API group; write events";
  if (group === "extensions" || unencryptable.includes(text)) return "cannot be encrypted; remove it";
  return /^[a-z]+$/.test(resource) && (rest.length === 0 || objectNameRule(group) === undefined)
    ? undefined
    : "write a plural name, with its API group if it has one: secrets, orders.example.com";
};

/** Name of an encryption key; part of the name of an SSM parameter. */
export const encryptionKeyNameRule: TextRule = (text) =>
  /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(text)
    ? undefined
    : "write lower-case letters, digits and hyphens, such as 2 or 2026-11";
