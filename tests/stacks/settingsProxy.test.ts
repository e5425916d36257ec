import { accepts, cluster, rejects } from "./settingsSupport";
import { forWindows } from "../specs";

const http = "http://proxy.example.com:3128";
const proxy = (url: string) => ({ "nodes.proxy": { http: url } });
const noProxy = (...entries: readonly string[]) => ({ "nodes.proxy": { http, noProxy: entries } });
const invalid = (title: string, url: string, message: RegExp) =>
  [title, proxy(url), ["nodes.proxy.http", message]] as const;
const invalidEntry = (title: string, entry: string, message: RegExp) =>
  [title, noProxy(entry), ["nodes.proxy.noProxy[0]", message]] as const;

rejects([
  ["a proxy without a URL", { "nodes.proxy": {} }, ["nodes.proxy.http", /missing/]],
  invalid("credentials", "http://alice:secret@proxy.example.com:3128", /user name or password.*accept the addresses/),
  invalid("a user name without scheme", "alice@proxy.example.com:3128", /user name or password/),
  invalid("no scheme", "proxy.example.com:3128", /^no scheme; write http:\/\/proxy\.example\.com:3128$/),
  invalid(
    "TLS to the proxy",
    "https://proxy.example.com:443",
    /without TLS.*write .*http:\/\/proxy\.example\.com:443$/,
  ),
  invalid("SOCKS", "socks5://10.0.0.9:1080", /^not an HTTP proxy; write http:\/\/10\.0\.0\.9:1080$/),
  invalid("no port", "http://proxy.example.com", /^no port; write it, such as http:\/\/proxy\.example\.com:3128$/),
  invalid("port 0", "http://proxy.example.com:0", /no such port/),
  invalid("port 70000", "http://proxy.example.com:70000", /no such port/),
  invalid("a path", "http://proxy.example.com:3128/pac", /contains a path; write http:\/\/proxy\.example\.com:3128$/),
  invalid("a query", "http://proxy.example.com:3128?x=1", /contains a path/),
  invalid("a line break", "http://proxy.example.com:3128\nX=1", /contains a path|write the URL of a proxy/),
  invalid("a host without a domain", "http://proxy:3128", /write the URL of a proxy, such as/),
  invalid("localhost", "http://localhost:3128", /write the URL of a proxy/),
  invalid("upper case", "http://Proxy.Example.com:3128", /write the URL of a proxy/),
  invalid("an IPv6 address", "http://[2001:db8::1]:3128", /write the URL of a proxy/),
  invalid("a loopback address", "http://127.0.0.1:3128", /each machine and pod itself/),
  invalid("a pod", "http://10.244.3.4:3128", /address of a pod or Service/),
  invalid("a Service by address", "http://10.96.3.4:3128", /address of a pod or Service/),
  invalid("a Service by name", "http://squid.proxy.svc.cluster.local:3128", /name of a Service, which only pods/),
  invalidEntry("everything", "*", /remove nodes\.proxy/),
  invalidEntry("several destinations", "a.example, b.example", /each destination as an item/),
  invalidEntry("a wildcard", "*.example.com", /write example\.com, which includes all names below/),
  invalidEntry("a URL", "https://registry.example.com/v2", /write the host alone: registry\.example\.com/),
  invalidEntry("a port", "registry.example.com:5000", /write registry\.example\.com$/),
  invalidEntry("an IPv6 address", "2001:db8::1", /machines have IPv4 only/),
  invalidEntry("an IPv6 range", "2001:db8::/32", /IPv6 is not supported/),
  invalidEntry("bits outside the prefix", "10.40.0.1/16", /write 10\.40\.0\.0\/16/),
  invalidEntry("a part of an address", "10.40.", /write a domain such as/),
  invalidEntry("an empty text", "", /write a domain such as/),
  ["a duplicate", noProxy("example.com", "example.com"), ["nodes.proxy.noProxy[1]", /duplicate/]],
  [
    "more destinations than user data has room for",
    noProxy(...Array.from({ length: 150 }, (_, index) => `host-${index}.example.com`)),
    ["nodes.proxy.noProxy", /^\d{4} characters with the cluster's own destinations, but user data has room for 2048/],
  ],
  [
    "a Windows pool",
    {
      ...proxy(http),
      "workers.windows": { os: "windows", instanceTypes: ["m6i.large"], max: 1 },
      "workers.linux": { instanceTypes: ["m6i.large"], max: 1 },
      "nodes.assets": forWindows().nodes.assets,
      "addons.podNetwork.provider": "none",
    },
    ["nodes.proxy", /not supported by Windows machines/],
  ],
]);

accepts([
  ["a proxy", cluster(proxy(http))],
  ["a trailing slash", cluster(proxy(`${http}/`))],
  ["port 80", cluster(proxy("http://10.0.0.9:80"))],
  ["destinations of every form", cluster(noProxy("corp", ".example.com", "example.org", "10.40.0.0/16", "192.0.2.1"))],
  ["nat: none without mirrors and interface endpoints", cluster({ ...proxy(http), "network.nat": "none" })],
  [
    "nat: none where Route 53 has no interface endpoint",
    cluster({ ...proxy(http), "network.nat": "none" }, "us-gov-west-1"),
  ],
]);
