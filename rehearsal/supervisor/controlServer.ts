/** Control socket of the supervisor: HTTP with JSON. `client.ts` is its client. */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { z } from "zod";
import { messageOf } from "../../cli/program";
import type { Instance } from "../aws/ec2/instance";
import type { Network } from "../machines/network";
import type { StatusTracker } from "./statusTracker";

export interface ControlOptions {
  readonly network: Network;
  readonly tracker: StatusTracker;
  /** Boots the plan in the state directory. Resolves when its machines boot. */
  readonly boot: () => Promise<void>;
}

const execRequest = z.object({
  argv: z.array(z.string()).min(1),
  stdin: z.string().optional(),
  timeoutMs: z.number().positive().optional(),
});
const shellRequest = z.object({ argv: z.array(z.string()).optional() });
const capacityRequest = z.object({ desired: z.number().int().min(0) });
const zoneRequest = z.object({ isolated: z.boolean() });
const clocksRequest = z.object({ programs: z.array(z.string()).min(1), ahead: z.number().int() });
const apiRequest = z.object({
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
  path: z.string().startsWith("/"),
  body: z.string().optional(),
  contentType: z.string().optional(),
  as: z.string().optional(),
});
const servicesRequest = z.object({ unreachable: z.array(z.string()) });

/** Request that the sender can correct. */
class Refusal extends Error {}

export class ControlServer {
  constructor(private readonly options: ControlOptions) {}

  async listen(socket: string): Promise<void> {
    const server = createServer((request, response) => {
      this.handle(request).then(
        (result) => {
          reply(response, 200, result ?? {});
        },
        (error: unknown) => {
          reply(response, error instanceof Refusal ? 400 : 500, { error: messageOf(error) });
        },
      );
    });
    rmSync(socket, { force: true });
    await once(server.listen(socket), "listening");
  }

  private async handle(request: IncomingMessage): Promise<unknown> {
    const [resource = "", name = "", action = ""] = (request.url ?? "/").slice(1).split("/").map(decodeURIComponent);
    const body = request.method === "POST" ? await json(request) : undefined;
    switch (`${request.method ?? ""} ${resource}`) {
      case "GET status":
        return this.options.tracker.status();
      case "GET dropped":
        return this.options.network.dropped();
      case "POST boot":
        return this.options.boot();
      case "POST machines":
        return this.machineAction(this.instance(name), action, body);
      case "POST zones": {
        const { isolated } = zoneRequest.parse(body);
        if (isolated && !this.rehearsal.instances.all.some(({ subnet }) => subnet.zone === name)) {
          throw new Refusal(`zone ${name} has no machines`);
        }
        return this.rehearsal.isolateZone(isolated ? name : undefined);
      }
      case "POST services": {
        this.rehearsal.unreachableServices = new Set(servicesRequest.parse(body).unreachable);
        return undefined;
      }
      case "POST kubernetes": {
        const { cluster } = this.rehearsal;
        if (cluster === undefined) throw new Refusal("the plan has no load balancer for the Kubernetes API");
        return cluster.api.request(apiRequest.parse(body));
      }
      case "POST ids":
        return this.rehearsal.ids.replace(body);
      case "POST groups": {
        const { desired } = capacityRequest.parse(body);
        return this.rehearsal.scaling.setDesiredCapacity(name, desired);
      }
      default:
        throw new Refusal(`unknown request ${request.method ?? ""} /${resource}`);
    }
  }

  private async machineAction(instance: Instance, action: string, body: unknown): Promise<unknown> {
    const { machines, volumes } = this.rehearsal;
    const { machine } = instance;
    if (machine === undefined) throw new Refusal(`${instance.name} does not exist yet`);
    switch (action) {
      case "power-off":
        return machines.powerOff(instance);
      case "power-on":
        return machines.start(instance);
      case "blank-volumes":
        if (machine.running) throw new Refusal(`${instance.name} runs: power it off first`);
        return volumes.blank(instance);
      case "destroy":
        return machines.destroy(instance);
      case "interrupt":
        machines.interrupt(instance);
        return undefined;
      case "exec": {
        const { argv, ...options } = execRequest.parse(body);
        return machine.exec(argv, options);
      }
      case "clocks": {
        const { programs, ahead } = clocksRequest.parse(body);
        return { found: await machine.setClocks(programs, ahead) };
      }
      case "shell":
        return { argv: machine.shellCommand(shellRequest.parse(body).argv) };
      default:
        throw new Refusal(`unknown machine action ${action}`);
    }
  }

  private get rehearsal() {
    const { rehearsal } = this.options.tracker;
    if (rehearsal === undefined) throw new Refusal("no plan is booted yet");
    return rehearsal;
  }

  private instance(name: string): Instance {
    const instance = this.rehearsal.instances.find(name);
    if (instance !== undefined) return instance;
    const names = this.rehearsal.instances.all.map((each) => each.name).toSorted();
    throw new Refusal(`unknown machine ${name}; choose from ${names.join(", ")}`);
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
