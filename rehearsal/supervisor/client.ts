/** Client of a running rehearsal, for the command line, drills and tests. */
import { request } from "node:http";
import { json } from "node:stream/consumers";
import type { Control } from "./control";
import { type StatePaths, statePaths } from "./statePaths";

type Operation<Name extends keyof Control> = (
  ...args: Parameters<Control[Name]>
) => Promise<Awaited<ReturnType<Control[Name]>>>;

/** The operations are described in `control.ts`. All reject with the supervisor's error message, or if it does not run. */
export class RehearsalClient {
  readonly status = this.operation("status");
  readonly bootTimes = this.operation("bootTimes");
  readonly droppedFlows = this.operation("droppedFlows");
  readonly controllerCredentials = this.operation("controllerCredentials");
  readonly iamReport = this.operation("iamReport");
  readonly boot = this.operation("boot");
  readonly applyPlan = this.operation("applyPlan");
  readonly deleteRemoved = this.operation("deleteRemoved");
  readonly createResource = this.operation("createResource");
  readonly updateResource = this.operation("updateResource");
  readonly deleteResource = this.operation("deleteResource");
  readonly readResource = this.operation("readResource");
  readonly connectCluster = this.operation("connectCluster");
  readonly powerOff = this.operation("powerOff");
  readonly powerOn = this.operation("powerOn");
  readonly destroy = this.operation("destroy");
  readonly interrupt = this.operation("interrupt");
  readonly blankVolumes = this.operation("blankVolumes");
  readonly setClocks = this.operation("setClocks");
  readonly pause = this.operation("pause");
  readonly resume = this.operation("resume");
  readonly limitMemory = this.operation("limitMemory");
  readonly losePackets = this.operation("losePackets");
  readonly endPacketLoss = this.operation("endPacketLoss");
  readonly delayPackets = this.operation("delayPackets");
  readonly endPacketDelay = this.operation("endPacketDelay");
  readonly exec = this.operation("exec");
  readonly shellCommand = this.operation("shellCommand");
  readonly isolateZone = this.operation("isolateZone");
  readonly reconnectZone = this.operation("reconnectZone");
  readonly setUnreachable = this.operation("setUnreachable");
  readonly kubernetes = this.operation("kubernetes");
  readonly withRealIds = this.operation("withRealIds") as <T>(value: T) => Promise<T>;
  readonly setDesiredCapacity = this.operation("setDesiredCapacity");

  private constructor(readonly paths: StatePaths) {}

  /** Client of the rehearsal with this id. Only operations find out whether it runs. */
  static of(id: string): RehearsalClient {
    return new RehearsalClient(statePaths(id));
  }

  private operation<Name extends keyof Control>(name: Name): Operation<Name> {
    const send = async (...args: Parameters<Control[Name]>): Promise<unknown> => {
      const { result, error } = await this.exchange(name, args);
      if (error !== undefined) throw new Error(error);
      return result;
    };
    return send as Operation<Name>;
  }

  private exchange(name: string, args: readonly unknown[]): Promise<{ result?: unknown; error?: string }> {
    return new Promise((resolve, reject) => {
      // Without keep-alive: the supervisor may just be closing an idle connection.
      const sent = request(
        { socketPath: this.paths.socket, method: "POST", path: `/${name}`, agent: false },
        (answer) => {
          json(answer).then((content) => {
            resolve(content as { result?: unknown; error?: string });
          }, reject);
        },
      );
      sent.once("error", (error: NodeJS.ErrnoException) => {
        const absent = error.code === "ENOENT" || error.code === "ECONNREFUSED";
        const message = `rehearsal ${this.paths.id} is not running: start it with npx holdfast rehearse`;
        reject(absent ? new Error(message) : error);
      });
      sent.end(JSON.stringify(args));
    });
  }
}
