/** Waits until an API can be worked with, and says what it waits for. */

import { setTimeout as sleep } from "node:timers/promises";

import type { Check, Health } from "./apiHealth.plan";

export interface ApiWait {
  /** URL, for messages. */
  readonly url: string;
  readonly timeoutMinutes: number;
  readonly look: () => Promise<Health>;
  /** Told what is waited for, each time that it changes and every half minute. */
  readonly progress: (text: string) => void;
  /** Whether the address is one that only the VPC has. */
  readonly isPrivate: boolean;
  /** Command that opens a way to it. */
  readonly tunnel: string;
}

/** Time, as tests replace it. */
export interface Clock {
  /** Milliseconds since some point. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

const realTime: Clock = { now: () => performance.now(), sleep };

/** Milliseconds between two looks, and between two reports of the same. */
const [lookAgain, sayAgain] = [2000, 30_000];

/** @throws Error that names the first thing that was not healthy, when the time is over. */
export async function waitForApi(wait: ApiWait, { now, sleep: pause }: Clock = realTime): Promise<void> {
  const started = now();
  let said: { problem: string; at: number } | undefined;
  for (;;) {
    const health = await wait.look();
    if (health.healthy) return;
    const elapsed = now() - started;
    if (elapsed >= wait.timeoutMinutes * 60_000) throw new Error(explain(wait, health.check, health.problem));
    if (said?.problem !== health.problem || now() - said.at >= sayAgain) {
      wait.progress(`waiting for the Kubernetes API, ${Math.round(elapsed / 1000)} s so far: ${health.problem}`);
      said = { problem: health.problem, at: now() };
    }
    await pause(lookAgain);
  }
}

/** What was wrong when the time was over, and what to do about it. */
export function explain({ url, timeoutMinutes, isPrivate, tunnel }: ApiWait, check: Check, problem: string): string {
  const first = `The Kubernetes API ${url} was not ready within ${timeoutMinutes} minutes: ${check}: ${problem}.`;
  const advice = isPrivate && isOutOfReach(check) ? waysIn(url, tunnel) : whereToLook[check];
  return [first, advice, "Nothing in the cluster was changed; `pulumi up` goes on from here."].join("\n");
}

const isOutOfReach = (check: Check): boolean => check === "name" || check === "connection";

const waysIn = (url: string, tunnel: string): string =>
  [
    `${url} is an address inside the VPC, and this machine does not seem to be in it. Ways in:`,
    "  - a VPN or peering into the VPC, its range in the setting api.allowedCidrs, and the VPC's DNS for the name;",
    `  - Session Manager port forwarding: ${tunnel};`,
    "  - an internet-facing address: the setting api.public;",
    "  - platform.enabled: false, and whatever is to run in the cluster by other means.",
  ].join("\n");

const whereToLook: Readonly<Record<Check, string>> = {
  name: "Look at the DNS record of the API, and at the resolver of this machine.",
  connection: "Look at the health of the load balancer's targets: a machine is one once its API server is ready.",
  TLS: "Something answers that has no certificate of the cluster's authority: another cluster's API, or a proxy.",
  readiness: "Look at a control plane's journal: Session Manager, then `journalctl -t holdfast`.",
  permission: "Look at a control plane's journal: Session Manager, then `journalctl -t holdfast`.",
  nodes: "Look at a machine's journal: Session Manager, then `journalctl -t holdfast`.",
};
