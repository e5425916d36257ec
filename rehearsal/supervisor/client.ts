/** Talks to a running rehearsal, from the command line, drills and tests. */
import { request } from "node:http";
import { json } from "node:stream/consumers";
import type { DroppedFlow, ExecResult } from "../machines/types";
import type { ApiAnswer, ApiRequest } from "../kubernetes/kubeApi";
import { type StatePaths, statePaths } from "./state";
import type { RehearsalStatus } from "./status";

export class RehearsalClient {
  private constructor(readonly paths: StatePaths) {}

  /** A client of the rehearsal with this id; whether it runs shows with the first request. */
  static of(id: string): RehearsalClient {
    return new RehearsalClient(statePaths(id));
  }

  status(): Promise<RehearsalStatus> {
    return this.ask("GET", "/status");
  }

  /** Flows that the plan's security groups did not let through, most packets first. */
  droppedFlows(): Promise<DroppedFlow[]> {
    return this.ask("GET", "/dropped");
  }

  /** Boots the plan in the state directory; resolves when its machines are on their way. */
  boot(): Promise<void> {
    return this.ask("POST", "/boot");
  }

  /** Pulls the plug of a machine. Its instance stays, so its group does not replace it. */
  powerOff(machine: string): Promise<void> {
    return this.ask("POST", machinePath(machine, "power-off"));
  }

  powerOn(machine: string): Promise<void> {
    return this.ask("POST", machinePath(machine, "power-on"));
  }

  /** Pulls the plug for good: its instance is terminated, and its group starts another. */
  destroy(machine: string): Promise<void> {
    return this.ask("POST", machinePath(machine, "destroy"));
  }

  /** Announces to a machine that EC2 takes it back as a spot machine, which happens two minutes later. */
  interrupt(machine: string): Promise<void> {
    return this.ask("POST", machinePath(machine, "interrupt"));
  }

  /** Empties the volumes of a machine that is powered off. */
  blankVolumes(machine: string): Promise<void> {
    return this.ask("POST", machinePath(machine, "blank-volumes"));
  }

  /**
   * Sets the clocks of those processes of a machine that run one of these programs to `ahead` seconds more than the host's;
   * 0: right again. Resolves with how many there are.
   */
  async setClocks(machine: string, programs: readonly string[], ahead: number): Promise<number> {
    const { found } = await this.ask<{ found: number }>("POST", machinePath(machine, "clocks"), { programs, ahead });
    return found;
  }

  /** Parts a zone's machines from all others and from the load balancers; one zone at a time. AWS stays reachable. */
  isolateZone(zone: string): Promise<void> {
    return this.ask("POST", `/zones/${encodeURIComponent(zone)}`, { cutOff: true });
  }

  reconnectZone(zone: string): Promise<void> {
    return this.ask("POST", `/zones/${encodeURIComponent(zone)}`, { cutOff: false });
  }

  /** AWS services that answer nobody from now on, by their signing names (`s3`, `ssm` …); none: all answer again. */
  setUnreachable(services: readonly string[]): Promise<void> {
    return this.ask("POST", "/services", { unreachable: services });
  }

  /** Runs a command on a machine, as root. Rejects only if the machine is off. */
  exec(
    machine: string,
    argv: readonly string[],
    options: { readonly stdin?: string; readonly timeoutMs?: number } = {},
  ): Promise<ExecResult> {
    return this.ask("POST", machinePath(machine, "exec"), { argv, ...options });
  }

  /** A command line that, run on this host with inherited stdio, is a shell (or `argv`) on the machine. */
  async shellCommand(machine: string, argv?: readonly string[]): Promise<string[]> {
    const { argv: command } = await this.ask<{ argv: string[] }>("POST", machinePath(machine, "shell"), { argv });
    return command;
  }

  /** Asks the cluster's API server, as the administrator. Rejects only if nobody answers. */
  kubernetes(request: ApiRequest): Promise<ApiAnswer> {
    return this.ask("POST", "/kubernetes", request);
  }

  /** The value with what the plan calls AWS' resources replaced by what the rehearsal's AWS calls them. */
  withRealIds<T>(value: T): Promise<T> {
    return this.ask("POST", "/ids", value);
  }

  /** Sets how many machines a group has. */
  setDesiredCapacity(group: string, desired: number): Promise<void> {
    return this.ask("POST", `/groups/${encodeURIComponent(group)}`, { desired });
  }

  /** Rejects with the supervisor's words if it refuses, and if nobody listens. */
  private async ask<T>(method: "GET" | "POST", path: string, body: unknown = {}): Promise<T> {
    const { status, answer } = await this.exchange(method, path, method === "POST" ? JSON.stringify(body) : undefined);
    if (status === 200) return answer as T;
    throw new Error((answer as { error?: string }).error ?? `status ${status}`);
  }

  private exchange(
    method: string,
    path: string,
    body: string | undefined,
  ): Promise<{ status: number; answer: unknown }> {
    return new Promise((resolve, reject) => {
      // A connection of its own: one that is kept may just have been given up by the other side.
      const asking = request({ socketPath: this.paths.socket, method, path, agent: false }, (response) => {
        json(response).then((answer) => {
          resolve({ status: response.statusCode ?? 0, answer });
        }, reject);
      });
      asking.once("error", (error: NodeJS.ErrnoException) => {
        const absent = error.code === "ENOENT" || error.code === "ECONNREFUSED";
        reject(absent ? new Error(`rehearsal ${this.paths.id} does not run: npm run rehearse starts it`) : error);
      });
      asking.end(body);
    });
  }
}

function machinePath(machine: string, action: string): string {
  return `/machines/${encodeURIComponent(machine)}/${action}`;
}
