/** Environment of a command that runs with a tunnel. */
import { tunnelVariable } from "../../components/api/tunnel.plan";

type Environment = Readonly<Record<string, string | undefined>>;

/** Destination of a connection. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/**
 * Variables with which a command reaches the API under its own name, with its kubeconfig unchanged. Go programs (kubectl, Pulumi,
 * its providers, Helm) read HTTPS_PROXY before https_proxy and never use a proxy for loopback addresses:
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy#FromEnvironment. The user's NO_PROXY stays, except for entries that exclude
 * the API.
 * @param url URL of the tunnel's proxy.
 */
export function planVariables(
  env: Environment,
  url: string,
  api: readonly Destination[],
): Readonly<Record<string, string>> {
  const entries = noProxyEntries(env).filter((entry) => !api.some((destination) => matches(entry, destination)));
  // curl, Python and others do not exclude loopback addresses by themselves.
  const proxies = { HTTPS_PROXY: url, NO_PROXY: [...new Set([...entries, "localhost", "127.0.0.1", "::1"])].join(",") };
  // Some programs prefer the lower-case form. Where it is not set, it stays unset: gRPC for Node.js reads only this form.
  const lowerCase = Object.entries(proxies)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => env[name] !== undefined);
  return { ...proxies, ...Object.fromEntries(lowerCase), [tunnelVariable]: url };
}

/**
 * The user's own proxy for connections that the tunnel's proxy passes on; undefined for a direct connection, as for hosts of the
 * entries that `planVariables` removes from NO_PROXY.
 * @throws Error if the user's proxy has an unsupported scheme.
 */
export function planUpstream(
  env: Environment,
  api: readonly Destination[],
): (destination: Destination) => string | undefined {
  const own = readProxy(env);
  const removed = noProxyEntries(env).filter((entry) => api.some((destination) => matches(entry, destination)));
  return (destination) => (removed.some((entry) => matches(entry, destination)) ? undefined : own);
}

const noProxyEntries = (env: Environment): readonly string[] =>
  (read(env, "NO_PROXY") ?? "").split(/[\s,]+/).filter((entry) => entry !== "");

function readProxy(env: Environment): string | undefined {
  const value = read(env, "HTTPS_PROXY");
  if (value === undefined) return undefined;
  const url = value.includes("://") ? value : `http://${value}`;
  if (/^https?:\/\//.test(url)) return url;
  throw new Error(
    `HTTPS_PROXY is ${url.replace(/\/\/.*@/, "//")}; the tunnel supports http:// and https:// proxies only`,
  );
}

function read(env: Environment, name: string): string | undefined {
  const value = env[name] ?? env[name.toLowerCase()];
  return value === "" ? undefined : value;
}

/** Tests a host against an entry of NO_PROXY, as Go does: a name with its subdomains, `.name` only these, `*` every host. */
function matches(entry: string, { host, port }: Destination): boolean {
  const [, pattern = "", only] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
  if (only !== undefined && Number(only) !== port) return false;
  if (pattern === "*") return true;
  const suffix = pattern.replace(/^\*?\./, "");
  return host.endsWith(`.${suffix}`) || (suffix === pattern && host === suffix);
}
