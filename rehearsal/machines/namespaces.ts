import { existsSync } from "node:fs";
import { run, runOrThrow } from "../command";
import { portCommands, routerPortCommands } from "./ports";
import type { Port } from "./types";

/** Path of a named network namespace. */
export const namespacePath = (name: string): string => `/run/netns/${name}`;

/** Command line that runs `argv` in a network namespace. */
export const inNamespace = (name: string, argv: readonly string[]): string[] => [
  "nsenter",
  `--net=${namespacePath(name)}`,
  ...argv,
];

/** Removes named network namespaces, if they exist. */
export async function removeNamespaces(names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (!existsSync(namespacePath(name))) continue;
    const { stderr } = await run(["ip", "netns", "delete", name]);
    // A failure does not matter if another process has deleted it.
    if (existsSync(namespacePath(name))) throw new Error(`cannot delete network namespace ${name}: ${stderr.trim()}`);
  }
}

/** Connects a port in a fresh namespace: nothing of an earlier boot (pod bridges, packet filters) survives a power cycle. */
export async function connectPort(port: Port): Promise<void> {
  await disconnectPort(port);
  await runOrThrow(["ip", "netns", "add", port.namespace]);
  await runOrThrow(["ip", "-n", port.namespace, "-batch", "-"], { stdin: portCommands(port).join("\n") });
  // By default the router delays its answers for other machines' addresses randomly by up to 0.8 s.
  const delay = `/proc/sys/net/ipv4/neigh/${port.routerInterface}/proxy_delay`;
  await runOrThrow(inNamespace(port.router, ["sh", "-euc", `echo 0 > ${delay}`]));
  await runOrThrow(["ip", "-n", port.router, "-batch", "-"], { stdin: routerPortCommands(port).join("\n") });
}

/**
 * Disconnects a port, so that packets to it vanish. `keepNamespace` leaves the namespace to processes that are about to die
 * in it.
 */
export async function disconnectPort(port: Port, options: { readonly keepNamespace?: boolean } = {}): Promise<void> {
  if (existsSync(namespacePath(port.router))) {
    // The router's end first: the namespace lives as long as its last process, and its kernel would keep answering.
    await run(["ip", "-n", port.router, "link", "delete", port.routerInterface]);
  }
  if (options.keepNamespace !== true) await removeNamespaces([port.namespace]);
}
