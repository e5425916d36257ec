import { existsSync } from "node:fs";
import { must, run } from "../command";
import type { Port } from "./types";
import { portCommands, routerPortCommands } from "./ports";

/** Makes a named network namespace ; one that exists is left as it is. */
export async function ensureNamespace(name: string): Promise<void> {
  if (!existsSync(`/run/netns/${name}`)) await must(["ip", "netns", "add", name]);
}

/** Runs a few lines of POSIX shell in a network namespace: /proc/sys/net shows and takes that namespace's settings. */
export async function inNamespace(name: string, script: string): Promise<string> {
  return must(["nsenter", `--net=/run/netns/${name}`, "sh", "-euc", script]);
}

/** Removes named network namespaces; those that do not exist are passed over. */
export async function removeNamespaces(names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (!existsSync(`/run/netns/${name}`)) continue;
    const deleted = await run(["ip", "netns", "delete", name]);
    // Another process that cleans up as well may have been faster.
    if (existsSync(`/run/netns/${name}`)) throw new Error(`network namespace ${name} stays: ${deleted.stderr.trim()}`);
  }
}

/**
 * Plugs a port in: a new namespace, and in it only what a machine finds when it is switched on. Whatever an earlier boot left
 * there (bridges of pods, packet filter rules) is gone, as after a real power cycle.
 */
export async function connectPort(port: Port): Promise<void> {
  await disconnectPort(port);
  await must(["ip", "netns", "add", port.namespace]);
  await must(["ip", "-n", port.namespace, "-batch", "-"], { stdin: portCommands(port).join("\n") });
  // The router answers for other machines' addresses at once, not after the usual random pause of up to 0.8 s.
  await inNamespace(port.router, `echo 0 > /proc/sys/net/ipv4/neigh/${port.routerInterface}/proxy_delay`);
  await must(["ip", "-n", port.router, "-batch", "-"], { stdin: routerPortCommands(port).join("\n") });
}

/**
 * Unplugs a port: from then on packets to it vanish. Does nothing where there is no wire. `keepNamespace` leaves the
 * namespace to processes that are about to die in it.
 */
export async function disconnectPort(port: Port, options: { readonly keepNamespace?: boolean } = {}): Promise<void> {
  if (existsSync(`/run/netns/${port.router}`)) {
    // The router's end goes first: a namespace is removed only after its last process has died, and until then its kernel
    // would still answer for a machine that has no power any more.
    await run(["ip", "-n", port.router, "link", "delete", port.routerInterface]);
  }
  if (options.keepNamespace !== true) await removeNamespaces([port.namespace]);
}
