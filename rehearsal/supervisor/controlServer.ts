/** The supervisor's control socket: HTTP with JSON, for the command line, drills and tests. `client.ts` speaks it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { rmSync } from "node:fs";
import { json } from "node:stream/consumers";
import { z } from "zod";
import type { Network } from "../machines/types";
import type { Instance } from "../aws/ec2/instance";
import type { ApiAnswer } from "../kubernetes/kubeApi";
import type { StatusTracker } from "./statusTracker";

export interface ControlOptions {
  readonly network: Network;
  readonly tracker: StatusTracker;
  /** Boots the plan in the state directory; resolves when its machines are on their way. */
  readonly boot: () => Promise<void>;
}

const execRequest = z.object({
  argv: z.array(z.string()).min(1),
  stdin: z.string().optional(),
  timeoutMs: z.number().positive().optional(),
});
const shellRequest = z.object({ argv: z.array(z.string()).optional() });
const capacityRequest = z.object({ desired: z.number().int().min(0) });

const cutRequest = z.object({ cutOff: z.boolean() });
const clocksRequest = z.object({ programs: z.array(z.string()).min(1), ahead: z.number().int() });
const apiRequest = z.object({
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
  path: z.string().startsWith("/"),
  body: z.string().optional(),
  contentType: z.string().optional(),
  as: z.string().optional(),
});
const servicesRequest = z.object({ unreachable: z.array(z.string()) });

/** A request that cannot be carried out, for a reason that its sender can mend. */
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
          reply(response, error instanceof Refusal ? 400 : 500, {
            error: error instanceof Error ? error.message : String(error),
          });
        },
      );
    });
    rmSync(socket, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(socket, resolve);
    });
  }

  private async handle(request: IncomingMessage): Promise<unknown> {
    const [what = "", name = "", action = ""] = (request.url ?? "/").slice(1).split("/").map(decodeURIComponent);
    const body = request.method === "POST" ? await json(request) : undefined;
    switch (`${request.method ?? ""} ${what}`) {
      case "GET status":
        return this.options.tracker.status();
      case "GET dropped":
        return this.options.network.dropped();
      case "POST boot":
        return this.options.boot();
      case "POST machines":
        return this.machineAction(this.instance(name), action, body);
      case "POST zones": {
        const { cutOff } = cutRequest.parse(body);
        if (cutOff && !this.rehearsal.instances.all.some(({ subnet }) => subnet.zone === name))
          throw new Refusal(`no machine is in zone ${name}`);
        return this.rehearsal.isolateZone(cutOff ? name : undefined);
      }
      case "POST services": {
        this.rehearsal.unreachableServices = new Set(servicesRequest.parse(body).unreachable);
        return undefined;
      }
      case "POST kubernetes":
        return this.askApi(body);
      case "POST ids":
        return this.rehearsal.ids.replace(body);
      case "POST groups": {
        const { desired } = capacityRequest.parse(body);
        return this.rehearsal.scaling.setDesiredCapacity(name, desired);
      }
      default:
        throw new Refusal(`no such request: ${request.method ?? ""} /${what}`);
    }
  }

  private askApi(body: unknown): Promise<ApiAnswer> {
    const { api } = this.rehearsal;
    if (api === undefined) throw new Refusal("the plan has no Kubernetes API");
    const { method, path, body: content, contentType, as } = apiRequest.parse(body);
    return api.ask({
      method,
      path,
      ...(content !== undefined && { body: content }),
      ...(contentType !== undefined && { contentType }),
      ...(as !== undefined && { as }),
    });
  }

  private async machineAction(instance: Instance, action: string, body: unknown): Promise<unknown> {
    const { groups } = this.rehearsal;
    const { machine } = instance;
    if (machine === undefined) throw new Refusal(`${instance.name} has not been made yet`);
    switch (action) {
      case "power-off":
        return groups.powerOff(instance);
      case "power-on":
        return groups.start(instance);
      case "blank-volumes":
        if (machine.running) throw new Refusal(`${instance.name} runs: power it off first`);
        return this.rehearsal.volumes.blank(instance);
      case "destroy":
        return groups.destroy(instance);
      case "interrupt":
        groups.interrupt(instance);
        return undefined;
      case "exec": {
        const { argv, stdin, timeoutMs } = execRequest.parse(body);
        const options = { ...(stdin !== undefined && { stdin }), ...(timeoutMs !== undefined && { timeoutMs }) };
        return machine.exec(argv, options);
      }
      case "clocks": {
        const { programs, ahead } = clocksRequest.parse(body);
        return { found: await machine.setClocks(programs, ahead) };
      }
      case "shell":
        return { argv: machine.shellCommand(shellRequest.parse(body).argv) };
      default:
        throw new Refusal(`a machine cannot ${action}`);
    }
  }

  private get rehearsal() {
    const { rehearsal } = this.options.tracker;
    if (rehearsal === undefined) throw new Refusal("nothing is booted yet");
    return rehearsal;
  }

  private instance(name: string): Instance {
    const instance = this.rehearsal.instances.find(name);
    if (instance !== undefined) return instance;
    const names = this.rehearsal.instances.all.map((each) => each.name).toSorted();
    throw new Refusal(`no machine ${name}; there are ${names.join(", ")}`);
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
