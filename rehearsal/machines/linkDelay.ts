/**
 * Delay of packets between machines. The router sends them to a device whose program holds each one for a time (files/delay.py), and
 * routes what comes back as usual. Needs no netem in the kernel.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runOrThrow } from "../command";
import { scripts } from "./launcher";
import { inNamespace } from "./namespaces";

export interface PacketDelay {
  /** Addresses and ranges of the senders. */
  readonly from: readonly string[];
  /** Addresses and ranges of the receivers. */
  readonly to: readonly string[];
  /** Time in ms for each packet in this direction. */
  readonly ms: number;
}

const device = "delay";
/** Routing table with the device as its only route. */
const table = 4242;

/** Rules that send packets to the device, except those that come from it. */
const rules = ({ from, to }: Pick<PacketDelay, "from" | "to">): string[] => [
  `priority 90 iif ${device} lookup main`,
  ...from.flatMap((sender) =>
    to
      .filter((receiver) => receiver !== sender)
      .map((receiver) => `priority 91 from ${sender} to ${receiver} lookup ${table}`),
  ),
];

/** `ip -batch` commands in the router's namespace, when the device exists. @param mtu that of the machines' links */
export const delayCommands = (delay: PacketDelay, mtu: number): string[] => [
  `link set ${device} mtu ${mtu} up`,
  `route add default dev ${device} table ${table}`,
  ...rules(delay).map((rule) => `rule add ${rule}`),
];

/** A delay that holds until `end`, or until this process ends: the device and its route vanish with their program. */
export class LinkDelay {
  private constructor(
    private readonly router: string,
    private readonly delay: PacketDelay,
    private readonly program: ChildProcess,
  ) {}

  /** @param router name of the router's namespace */
  static async start(router: string, delay: PacketDelay, mtu: number): Promise<LinkDelay> {
    const argv = ["python3", join(scripts, "delay.py"), device, String(delay.ms)];
    const [command = "", ...args] = inNamespace(router, argv);
    const program = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    const link = new LinkDelay(router, delay, program);
    // Its only line: the device exists.
    const ready = once(program.stdout, "data").then(() => true);
    if (!(await Promise.race([ready, once(program, "exit").then(() => false)]))) {
      throw new Error(`the program that delays packets ended with exit code ${program.exitCode ?? "none"}`);
    }
    await link.ip(delayCommands(delay, mtu));
    return link;
  }

  async end(): Promise<void> {
    await this.ip(rules(this.delay).map((rule) => `rule delete ${rule}`));
    // For the packets that it still holds.
    await sleep(this.delay.ms);
    const ended = once(this.program, "exit");
    this.program.stdin?.end();
    await ended;
  }

  private async ip(commands: readonly string[]): Promise<void> {
    await runOrThrow(["ip", "-n", this.router, "-batch", "-"], { stdin: commands.join("\n") });
  }
}
