/** Wait until the Kubernetes API is ready, with progress messages. */

import { setTimeout as sleep } from "node:timers/promises";

import type { Check, Health } from "./apiReadiness";
import { describeWays } from "./tunnel.plan";

export interface ApiWait {
  /** URL, for messages. */
  readonly url: string;
  readonly timeoutMinutes: number;
  readonly check: () => Promise<Health>;
  /** Receives a message when the problem changes, and every 30 seconds. */
  readonly progress: (text: string) => void;
  /** True for an address inside the VPC. */
  readonly isPrivate: boolean;
  /** True if the connections go through a tunnel. */
  readonly throughTunnel: boolean;
  /** Command that opens a tunnel. */
  readonly tunnel: string;
}

/** Time source, replaced in tests. */
export interface Clock {
  /** Milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

const realTime: Clock = { now: () => performance.now(), sleep };

/** Milliseconds between two checks, and between two messages about the same problem. */
const checkInterval = 2000;
const messageInterval = 30_000;

/** @throws Error with the failed check, after the timeout. */
export async function waitForApi(wait: ApiWait, { now, sleep: pause }: Clock = realTime): Promise<void> {
  const started = now();
  let reported: { problem: string; at: number } | undefined;
  for (;;) {
    const health = await wait.check();
    if (health.healthy) return;
    const elapsed = now() - started;
    if (elapsed >= wait.timeoutMinutes * 60_000) throw new Error(explainTimeout(wait, health.check, health.problem));
    if (reported?.problem !== health.problem || now() - reported.at >= messageInterval) {
      wait.progress(`waiting for the Kubernetes API for ${Math.round(elapsed / 1000)} s: ${health.problem}`);
      reported = { problem: health.problem, at: now() };
    }
    await pause(checkInterval);
  }
}

/** Message after a timeout: the problem, and how to solve it. */
export function explainTimeout(wait: ApiWait, check: Check, problem: string): string {
  const first = `The Kubernetes API ${wait.url} was not ready after ${wait.timeoutMinutes} minutes: ${check}: ${problem}.`;
  const advice = isUnreachable(check) ? adviseAccess(wait, check) : advices[check];
  return [first, advice, "Nothing in the cluster was changed; `pulumi up` continues from here."].join("\n");
}

const isUnreachable = (check: Check): boolean => check === "name" || check === "connection";

function adviseAccess({ url, isPrivate, throughTunnel, tunnel }: ApiWait, check: Check): string {
  if (throughTunnel)
    return "The tunnel did not open. Check the problem above, and that instances of the control plane run.";
  if (!isPrivate) return advices[check];
  const first = `${url} is an address inside the VPC, which this machine cannot reach. Use one of:`;
  return [first, ...describeWays(tunnel)].join("\n");
}

const advices: Readonly<Record<Check, string>> = {
  name: "Check the DNS record of the API, and the resolver of this machine.",
  connection: "Check the targets of the load balancer: an instance is healthy once its API server is ready.",
  TLS: [
    "The server has no certificate of the cluster's authority: it may be another cluster's API, or a proxy.",
    "If the connection was closed, read the journal of a control-plane instance: Session Manager, then `journalctl -t holdfast`.",
  ].join("\n"),
  readiness: "Read the journal of a control-plane instance: Session Manager, then `journalctl -t holdfast`.",
  permission: "Read the journal of a control-plane instance: Session Manager, then `journalctl -t holdfast`.",
  nodes: "Read the journal of an instance: Session Manager, then `journalctl -t holdfast`.",
};
