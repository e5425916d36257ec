/** Check before anything is registered: this machine can reach the API, or will be able to when its VPC exists. */
import { lookup } from "node:dns/promises";
import { BlockList } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

import type { ClusterSpec } from "../clusterSpec";
import { apiName } from "./address.plan";
import { describeWays } from "./tunnel.plan";

export interface RouteCheck {
  readonly spec: ClusterSpec;
  /** URL of a tunnel's local proxy. Default: no tunnel. */
  readonly tunnel: string | undefined;
  /** Command that opens a tunnel, for the message. */
  readonly command: string;
}

/** This machine's view of the network, replaced in tests. */
export interface LocalNetwork {
  /** Resolves a name; rejects if it does not exist. */
  readonly resolve: (name: string) => Promise<unknown>;
  /** IPv4 addresses of this machine. */
  readonly addresses: () => readonly string[];
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

const thisMachine: LocalNetwork = {
  resolve: (name) => lookup(name),
  addresses: () =>
    Object.values(networkInterfaces()).flatMap((addresses = []) =>
      addresses.filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address),
    ),
  pause: sleep,
};

/** Attempts to resolve the name, and milliseconds between two of them: a resolver may be down for a moment. */
const attempts = 3;
const pauseMs = 2000;

/**
 * Finds the reason why this machine cannot reach the API, and the ways to reach it; undefined if it can, or may later. A VPC
 * that the stack creates has no other machines, VPN or peering before the first run: its API's name must resolve now.
 */
export async function findRouteProblem(
  { spec, tunnel, command }: RouteCheck,
  network: LocalNetwork = thisMachine,
): Promise<string | undefined> {
  const { enabled, apiTimeoutMinutes } = spec.addons;
  if (!enabled || apiTimeoutMinutes === 0 || spec.api.public !== undefined || tunnel !== undefined) return undefined;
  // No look-up from a machine in an existing VPC: resolvers would remember for hours that the name does not exist yet.
  if (isInExistingVpc(spec, network.addresses())) return undefined;
  const name = apiName(spec.domain);
  if (await resolves(name, network)) return undefined;
  return [
    `This machine cannot reach the Kubernetes API: ${name} is in a private DNS zone and does not resolve here. Use one of:`,
    ...describeWays(command),
  ].join("\n");
}

function isInExistingVpc({ network, api }: ClusterSpec, addresses: readonly string[]): boolean {
  if (network.vpc.source !== "existing") return false;
  const reachable = new BlockList();
  for (const cidr of [network.vpc.cidr, ...api.allowedCidrs]) {
    const [address = "", prefix] = cidr.split("/");
    reachable.addSubnet(address, Number(prefix));
  }
  return addresses.some((address) => reachable.check(address));
}

async function resolves(name: string, { resolve, pause }: LocalNetwork): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await resolve(name);
      return true;
    } catch (error) {
      // Only ENOTFOUND is an answer; other errors mean that no resolver answered.
      if ((error as NodeJS.ErrnoException).code === "ENOTFOUND" || attempt === attempts) return false;
      await pause(pauseMs);
    }
  }
}
