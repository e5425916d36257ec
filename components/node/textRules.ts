import { isIP, isIPv4 } from "node:net";

import { cidrRule, dnsNameRule } from "../settings/textRules";
import type { TextRule } from "../settings/textRules";

const example = "http://proxy.example.com:3128";

/** URL of an HTTP proxy. The port is required, because programs assume different ones: curl 1080, Go 80. */
export const proxyUrlRule: TextRule = (text) => {
  const [, scheme, authority = "", path = ""] = /^(?:([a-z0-9+.-]+):\/\/)?([^/?#\s]*)(.*)$/is.exec(text) ?? [];
  if (authority.includes("@")) {
    return "contains a user name or password, which every machine and pod could read; write the URL without them, and let the proxy accept the addresses of the machines";
  }
  const [, host = "", port] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  if (!isIPv4(host) && dnsNameRule(host) !== undefined) return `write the URL of a proxy, such as ${example}`;
  const fixed = `http://${host}:${port ?? "3128"}`;
  if (port === undefined) return `no port; write it, such as ${fixed}`;
  if (Number(port) < 1 || Number(port) > 65535) return `no such port; write a URL such as http://${host}:3128`;
  if (scheme === "https") {
    return `machines connect to the proxy itself without TLS, and use TLS through it; write http://, such as ${fixed}`;
  }
  if (scheme !== "http") return `${scheme === undefined ? "no scheme" : "not an HTTP proxy"}; write ${fixed}`;
  return path === "" || path === "/" ? undefined : `contains a path; write ${fixed}`;
};

/** Destination without the proxy, in a form that all programs read alike: DNS name, IPv4 address or IPv4 range. */
export const noProxyRule: TextRule = (text) => {
  if (/[,\s]/.test(text)) return "contains a comma or space; write each destination as an item of the list";
  if (text === "*") return "would bypass the proxy for every destination; remove nodes.proxy instead";
  const [, host = ""] = /^[a-z]+:\/\/([^/]*)/i.exec(text) ?? [];
  if (host !== "") return `a URL; write the host alone: ${host}`;
  if (isIP(text) === 6 || text.startsWith("[")) return "an IPv6 address, but machines have IPv4 only; remove it";
  if (text.includes("/")) return cidrRule(text);
  const withoutPort = text.replace(/:\d+$/, "");
  if (withoutPort !== text) return `contains a port, which some programs ignore; write ${withoutPort}`;
  if (text.startsWith("*.")) return `contains a wildcard; write ${text.slice(2)}, which includes all names below it`;
  if (isIPv4(text)) return undefined;
  const name = text.replace(/^\./, "");
  // Names of one label, such as `corp`, are domains of companies.
  const right = dnsNameRule(`host.${name}`) === undefined;
  return right ? undefined : "write a domain such as example.com, an IPv4 address or a range such as 192.168.0.0/16";
};
