/** Load balancer of the plan: haproxy in its own network namespace, with an address in each of its subnets. */
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Network } from "../machines/network";
import { loadBalancerAddress } from "../machines/addresses";
import type { Member } from "./firewallGroups";
import { clearSlot, drainSlot, fillSlot, haproxyConfig, targetSlots } from "./haproxyConfig";
import type { LoadBalancer } from "../aws/resources/inventory";
import { startService } from "./service";

/**
 * `registered`: gets traffic while healthy; `draining`: gets no new connections; `deregistered`: keeps its connections, unless
 * the target group closes them.
 */
export type Registration = "registered" | "draining" | "deregistered";

export interface Target {
  readonly address: string;
  readonly registration: Registration;
  /** ARNs of the target groups of the machine's Auto Scaling group. */
  readonly targetGroups: readonly string[];
}

interface Slot {
  readonly address: string;
  readonly drains: boolean;
}

export interface LoadBalancerOptions {
  readonly balancer: LoadBalancer;
  /** Position among the plan's load balancers, which determines its addresses. */
  readonly index: number;
  readonly network: Network;
  readonly haproxy: string;
  /** Directory of its configuration, socket and log. */
  readonly directory: string;
}

export class RunningLoadBalancer {
  readonly #slots = new Map<number, (Slot | undefined)[]>();

  private constructor(
    readonly balancer: LoadBalancer,
    readonly addresses: readonly string[],
    private readonly socket: string,
    private readonly end: () => Promise<void>,
  ) {}

  /** Connects it to the network and starts it without targets. */
  static async start(options: LoadBalancerOptions): Promise<RunningLoadBalancer> {
    const { balancer, index, network, haproxy, directory } = options;
    const [first] = balancer.subnets;
    if (first === undefined) throw new Error(`load balancer ${balancer.name} needs a subnet`);
    const addresses = balancer.subnets.map(({ cidr }) => loadBalancerAddress(cidr, index));
    const port = await network.addPort({
      name: balancer.name,
      addresses: addresses.map((address, each) => `${address}/${balancer.subnets[each]?.prefixLength ?? 32}`),
      gateway: first.gateway,
    });
    mkdirSync(directory, { recursive: true });
    const config = join(directory, "haproxy.cfg");
    const socket = join(directory, "haproxy.sock");
    writeFileSync(config, haproxyConfig(balancer, { addresses, socket }));
    const service = await startService({
      name: balancer.name,
      argv: [haproxy, "-db", "-f", config],
      directory,
      namespace: port.namespace,
      isReady: () => sendCommands(socket, "show version").then(() => true),
    });
    return new RunningLoadBalancer(balancer, addresses, socket, async () => {
      await service.stop();
      await network.removePort(balancer.name);
    });
  }

  /** Ends it and disconnects it from the network. */
  stop(): Promise<void> {
    return this.end();
  }

  /** Firewall member: addresses from which the load balancer connects to its targets. */
  get member(): Member {
    return { securityGroups: this.balancer.securityGroups, addresses: this.addresses };
  }

  /** Replaces the targets. Those that stay keep their connections and health. */
  async setTargets(targets: readonly Target[]): Promise<void> {
    for (const { port, targetGroup } of this.balancer.listeners) {
      const wanted = targets
        .filter(({ targetGroups }) => targetGroups.includes(targetGroup.arn))
        .filter(({ registration }) => registration !== "deregistered" || !targetGroup.closesDeregistered)
        .map(({ address, registration }): Slot => ({ address, drains: registration !== "registered" }));
      const slots = this.#slots.get(port) ?? Array.from({ length: targetSlots }, () => undefined);
      this.#slots.set(port, slots);
      for (const [index, slot] of slots.entries()) {
        if (slot === undefined) continue;
        const now = wanted.find(({ address }) => address === slot.address);
        if (now === undefined) await sendCommands(this.socket, clearSlot(port, index + 1));
        else if (now.drains && !slot.drains) await sendCommands(this.socket, drainSlot(port, index + 1));
        slots[index] = now;
      }
      for (const slot of wanted) {
        if (slot.drains || slots.some((each) => each?.address === slot.address)) continue;
        const free = slots.indexOf(undefined);
        if (free < 0)
          throw new Error(`load balancer ${this.balancer.name} cannot have more than ${targetSlots} targets`);
        await sendCommands(this.socket, fillSlot(port, free + 1, slot.address, targetGroup.port));
        slots[free] = slot;
      }
    }
  }
}

/** Sends one line of commands to haproxy's control socket. Rejects with haproxy's error message. */
async function sendCommands(socket: string, commands: string): Promise<string> {
  const answer = await new Promise<string>((resolve, reject) => {
    let text = "";
    const connection = connect(socket, () => connection.write(`${commands}\n`));
    connection.setEncoding("utf8");
    connection.on("data", (chunk: string) => (text += chunk));
    connection.on("end", () => {
      resolve(text);
    });
    connection.on("error", reject);
  });
  const refusal = answer.split("\n").find((line) => /^(No such|Unknown|Invalid|Require|'[a-z ]+' expects)/i.test(line));
  if (refusal !== undefined) throw new Error(`haproxy: ${refusal} (${commands})`);
  return answer;
}
