import { Address4 } from "ip-address";
import { isIP } from "node:net";
import { instanceTypeProblem, isMac } from "./instanceTypes";

/** Rule for a single text in the settings: returns what is wrong and what to write instead, or undefined. */
export type TextRule = (text: string) => string | undefined;

/** IPv4 range: network address and prefix length. */
export const cidrRule: TextRule = (text) => {
  if (!/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(text) || !Address4.isValid(text)) {
    return text.includes(":") && !text.includes(".")
      ? "IPv6 is not supported; write an IPv4 range such as 10.0.0.0/16"
      : "not an IPv4 range; write one such as 10.0.0.0/16";
  }
  const address = new Address4(text);
  const network = `${address.startAddress().correctForm()}/${address.subnetMask}`;
  return text === network ? undefined : `bits set outside the prefix; write ${network}`;
};

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Lower-case DNS name of at least two labels. */
export const dnsNameRule: TextRule = (text) => {
  const labels = text.split(".");
  const right = text.length <= 253 && labels.length > 1 && labels.every((part) => label.test(part));
  if (right && !/^\d+$/.test(labels.at(-1) ?? "")) return undefined;
  return "write a DNS name of lower-case letters, digits and hyphens with at least one dot, such as prod.example.com";
};

/** DNS name or IP address for the API servers' certificates. */
export const certificateNameRule: TextRule = (text) => {
  if (isIP(text) !== 0) return undefined;
  const name = text.startsWith("*.") ? text.slice(2) : text;
  return dnsNameRule(name) === undefined ? undefined : "write an IP address or a DNS name such as api.example.com";
};

/** DNS label of limited length that begins with a letter. */
export const labelRule =
  (longest: number): TextRule =>
  (text) => {
    if (text.length > longest) return `${text.length} characters; write at most ${longest}`;
    if (/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(text)) return undefined;
    return "write lower-case letters, digits and hyphens, beginning with a letter and not ending in a hyphen";
  };

/** Availability zone: letter or full name. */
export const zoneRule: TextRule = (text) => {
  if (/^[a-z]$/.test(text) || zoneNameRule(text) === undefined) return undefined;
  return edgeZoneProblem(text) ?? "write a zone's letter (a) or full name (eu-central-1a)";
};

/** Availability zone: full name. */
export const zoneNameRule: TextRule = (text) => {
  if (/^[a-z]{2,}(-[a-z]+)+-\d+[a-z]$/.test(text) && !edgeZone.test(text)) return undefined;
  return edgeZoneProblem(text) ?? "write the zone's full name, such as eu-central-1a";
};

/** Local Zone (`us-west-2-lax-1a`) or Wavelength Zone (`us-east-1-wl1-bos-wlz-1`): region, location and a number. */
const edgeZone = /^([a-z]{2}(-[a-z]+)+-\d)-(?:(wl\d+-)?[a-z]{3}\w*-.*\d[a-z]?)$/;

/** Both have only a part of the services of a region (EC2 user guide, "Local Zones" and "Wavelength Zones"). */
function edgeZoneProblem(text: string): string | undefined {
  const [, region, , wavelength] = edgeZone.exec(text) ?? [];
  if (region === undefined) return undefined;
  const kind = wavelength === undefined ? "Local Zone" : "Wavelength Zone";
  return `a ${kind}, which lacks services that the cluster needs; write an availability zone of the region, such as ${region}a`;
}

/** EC2 instance type. */
export const instanceTypeRule: TextRule = (text) =>
  isMac(text) ? "Mac instances run no Linux; write an instance type such as m6i.large" : instanceTypeProblem(text);

/** EC2 instance type or pattern: `*` matches any text. */
export const instanceTypePatternRule: TextRule = (text) =>
  /^[a-z0-9.*-]{1,30}$/.test(text)
    ? undefined
    : "write a type or a pattern of at most 30 characters, such as m5.large, m5* or *.metal";

/** AMI id, or SSM parameter that holds one: its path, or any name in EC2's notation. */
export const imageRule: TextRule = (text) => {
  if (isAmiId(text)) return undefined;
  if (/^(\/|resolve:ssm:\/?)[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*(:[A-Za-z0-9_.-]+)?$/.test(text)) return undefined;
  return "write an AMI id (ami- and 8 or 17 hexadecimal digits) or an SSM parameter (/path/of/parameter)";
};

/** AWS resource id: a prefix and 8 or 17 hexadecimal digits. */
export const awsIdRule =
  (prefix: string): TextRule =>
  (text) =>
    new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(text)
      ? undefined
      : `write an id such as ${prefix}-0123456789abcdef0`;

/** AMI id. */
export const amiIdRule = awsIdRule("ami");

export const isAmiId = (text: string): boolean => amiIdRule(text) === undefined;

/** Id of a Route 53 hosted zone. */
export const hostedZoneRule: TextRule = (text) =>
  /^Z[A-Z0-9]{1,31}$/.test(text) ? undefined : "write the zone's id, such as Z0123456789ABCDEFGHIJ";

/** Not URL.canParse: Node.js 20 compiles it after some thousand calls, and it then refuses hosts with letters such as é. */
function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** URL with http or https, without query, fragment or credentials, as RFC 3986 and Go's net/url have it. */
export const exactUrlRule: TextRule = (text) => {
  const url = parseUrl(text);
  const authority = /^https?:\/\/([^/?#]+)/.exec(text)?.[1];
  if (!url || authority === undefined) return "write a URL that begins with https:// or http://";
  if (url.username || url.password || authority.includes("@")) {
    return "contains a user name or password; write the URL without them";
  }
  if (url.search || url.hash || /[?#\s]/.test(text)) return "write the URL without query, fragment and spaces";
  const wrong = /["<>\\^`{|}\x00-\x20\x7f]|%(?![0-9a-fA-F]{2})/.exec(text)?.[0] ?? /%/.exec(authority)?.[0];
  return wrong === undefined
    ? undefined
    : `${wrong} is not allowed at this place of a URL; remove it or write its percent-encoding`;
};

/** The same, without a trailing slash. */
export const urlRule: TextRule = (text) =>
  exactUrlRule(text) ?? (text.endsWith("/") ? `trailing slash; write ${text.replace(/\/+$/, "")}` : undefined);

/** Host of a container registry, with an optional port. */
export const registryRule: TextRule = (text) => {
  const [host = "", port, ...rest] = text.split(":");
  const portIsRight = port === undefined || (/^\d{1,5}$/.test(port) && Number(port) <= 65535);
  const right =
    rest.length === 0 && portIsRight && (host === "localhost" || dnsNameRule(host) === undefined || isIP(host));
  return right ? undefined : "write the registry's host, such as docker.io or registry.example.com:5000";
};

/** SHA-256 checksum. */
export const sha256Rule: TextRule = (text) =>
  /^[0-9a-f]{64}$/.test(text) ? undefined : "write the SHA-256 as 64 lower-case hexadecimal digits";

/** Path in the asset mirror. */
export const assetPathRule: TextRule = (text) =>
  /^[A-Za-z0-9_.+-]+(\/[A-Za-z0-9_.+-]+)+$/.test(text) && !text.split("/").includes("..")
    ? undefined
    : "write a path below the mirror, such as kubernetes/v1.36.3/bin/linux/amd64/kubelet";

/** Kubernetes version without `v`. */
export const versionRule: TextRule = (text) => {
  if (/^\d+\.\d+\.\d+$/.test(text)) return undefined;
  return /^v\d+\.\d+\.\d+$/.test(text)
    ? `write ${text.slice(1)}, without v`
    : "write major.minor.patch, such as 1.36.3";
};

export const minorVersionRule: TextRule = (text) =>
  /^\d+\.\d+$/.test(text) ? undefined : 'write major.minor in quotation marks, such as "1.36"';

const qualifiedNamePart = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/** Key of a Kubernetes label or taint: `name` or `prefix/name`. */
export const labelKeyRule: TextRule = (text) => {
  const parts = text.split("/");
  const [prefix, name = ""] = parts.length === 1 ? [undefined, text] : parts;
  const prefixIsRight =
    prefix === undefined || (prefix.length <= 253 && prefix.split(".").every((part) => label.test(part)));
  if (parts.length <= 2 && prefixIsRight && qualifiedNamePart.test(name)) return undefined;
  return "write a Kubernetes key: at most 63 letters, digits, - _ and ., after an optional DNS prefix and a slash (example.com/team)";
};

/** Value of a Kubernetes label or taint; may be empty. */
export const labelValueRule: TextRule = (text) =>
  text === "" || qualifiedNamePart.test(text)
    ? undefined
    : "write at most 63 letters, digits, - _ and ., beginning and ending with a letter or digit";

const tagCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Key of an AWS tag. */
export const tagKeyRule: TextRule = (text) => {
  if (/^aws:/i.test(text)) return "reserved prefix aws:; write another key";
  if (text.length < 1 || text.length > 128) return "write a tag key of 1 to 128 characters";
  return tagCharacters.test(text) ? undefined : "write a tag key of letters, digits, spaces and _ . : / = + - @";
};

/** Value of an AWS tag. */
export const tagValueRule: TextRule = (text) => {
  if (text.length > 256) return `${text.length} characters; write at most 256`;
  return tagCharacters.test(text) ? undefined : "write a tag value of letters, digits, spaces and _ . : / = + - @";
};

/** Linux block device. */
export const deviceRule: TextRule = (text) =>
  /^\/dev\/[a-z][a-z0-9]*$/.test(text) ? undefined : "write a device such as /dev/xvda or /dev/sda1";
