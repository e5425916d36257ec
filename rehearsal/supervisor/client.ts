/** Client of a running rehearsal, for the command line, drills and tests. */
import { request } from "node:http";
import { json } from "node:stream/consumers";
import type { DroppedFlow, ExecResult } from "../machines/types";
import type { ApiRequest, ApiResponse } from "../kubernetes/kubeApi";
import { type StatePaths, statePaths } from "./statePaths";
import type { RehearsalStatus } from "./status";

export class RehearsalClient {
  private constructor(readonly paths: StatePaths) {}

  /** Client of the rehearsal with this id. Only requests find out whether it runs. */
  static of(id: string): RehearsalClient {
    return new RehearsalClient(statePaths(id));
  }

  status(): Promise<RehearsalStatus> {
    return this.request("GET", "/status");
  }

  /** Flows that no security group accepted, most packets first. */
  droppedFlows(): Promise<DroppedFlow[]> {
    return this.request("GET", "/dropped");
  }

  /** Boots the plan in the state directory. Resolves when its machines boot. */
  boot(): Promise<void> {
    return this.request("POST", "/boot");
  }

  /** Cuts the power of a machine. The instance stays, so its group does not replace it. */
  powerOff(machine: string): Promise<void> {
    return this.request("POST", machinePath(machine, "power-off"));
  }

  powerOn(machine: string): Promise<void> {
    return this.request("POST", machinePath(machine, "power-on"));
  }

  /** Cuts the power of a machine and terminates its instance, so that its group replaces it. */
  destroy(machine: string): Promise<void> {
    return this.request("POST", machinePath(machine, "destroy"));
  }

  /** Announces a spot interruption to a machine, which happens two minutes later. */
  interrupt(machine: string): Promise<void> {
    return this.request("POST", machinePath(machine, "interrupt"));
  }

  /** Empties the volumes of a powered-off machine. */
  blankVolumes(machine: string): Promise<void> {
    return this.request("POST", machinePath(machine, "blank-volumes"));
  }

  /**
   * Sets the clocks of a machine's processes of these programs `ahead` seconds before the host's; 0 restores them. Resolves with
   * the number of processes.
   */
  async setClocks(machine: string, programs: readonly string[], ahead: number): Promise<number> {
    const path = machinePath(machine, "clocks");
    const { found } = await this.request<{ found: number }>("POST", path, { programs, ahead });
    return found;
  }

  /** Isolates a zone's machines from all others and from load balancers; one zone at a time. AWS stays reachable. */
  isolateZone(zone: string): Promise<void> {
    return this.request("POST", `/zones/${encodeURIComponent(zone)}`, { isolated: true });
  }

  reconnectZone(zone: string): Promise<void> {
    return this.request("POST", `/zones/${encodeURIComponent(zone)}`, { isolated: false });
  }

  /** Takes AWS services down by their signing names (`s3`, `ssm` …). An empty list restores all. */
  setUnreachable(services: readonly string[]): Promise<void> {
    return this.request("POST", "/services", { unreachable: services });
  }

  /** Runs a command as root on a machine. Rejects only if the machine is off. */
  exec(
    machine: string,
    argv: readonly string[],
    options: { readonly stdin?: string; readonly timeoutMs?: number } = {},
  ): Promise<ExecResult> {
    return this.request("POST", machinePath(machine, "exec"), { argv, ...options });
  }

  /** Command line that opens a shell (or runs `argv`) on the machine, for this host with inherited stdio. */
  async shellCommand(machine: string, argv?: readonly string[]): Promise<string[]> {
    const { argv: command } = await this.request<{ argv: string[] }>("POST", machinePath(machine, "shell"), { argv });
    return command;
  }

  /** Sends a request to the cluster's API server as the administrator. Rejects only without an answer. */
  kubernetes(request: ApiRequest): Promise<ApiResponse> {
    return this.request("POST", "/kubernetes", request);
  }

  /** Replaces planned ids of AWS resources in a value by those of the rehearsed AWS. */
  withRealIds<T>(value: T): Promise<T> {
    return this.request("POST", "/ids", value);
  }

  setDesiredCapacity(group: string, desired: number): Promise<void> {
    return this.request("POST", `/groups/${encodeURIComponent(group)}`, { desired });
  }

  /** Rejects with the supervisor's error message, or if it does not run. */
  private async request<T>(method: "GET" | "POST", path: string, body: unknown = {}): Promise<T> {
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
      // Without keep-alive: the supervisor may just be closing an idle connection.
      const sent = request({ socketPath: this.paths.socket, method, path, agent: false }, (response) => {
        json(response).then((answer) => {
          resolve({ status: response.statusCode ?? 0, answer });
        }, reject);
      });
      sent.once("error", (error: NodeJS.ErrnoException) => {
        const absent = error.code === "ENOENT" || error.code === "ECONNREFUSED";
        const message = `rehearsal ${this.paths.id} is not running: start it with npm run rehearse`;
        reject(absent ? new Error(message) : error);
      });
      sent.end(body);
    });
  }
}

function machinePath(machine: string, action: string): string {
  return `/machines/${encodeURIComponent(machine)}/${action}`;
}
