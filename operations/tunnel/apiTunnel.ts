/** Tunnel that stays open: it waits for the first control-plane instance, and reconnects when its instance is replaced. */
import { setTimeout as sleep } from "node:timers/promises";

import { messageOf } from "../../cli/program";
import { NotConnectedError, type Session } from "./session";

/** Cluster as the tunnel needs it. */
export interface TunnelTarget {
  readonly cluster: string;
  /** Running control-plane instances; those at the front are tried first. */
  readonly listInstances: () => Promise<readonly string[]>;
  /** Opens a session through an instance. @throws NotConnectedError while its agent is not connected. */
  readonly open: (instanceId: string, signal: AbortSignal) => Promise<Session>;
}

/** Times in milliseconds. */
export interface Timing {
  /** Pause between two attempts. */
  readonly retry: number;
  /** Pause between two checks that the instance of an open session still runs. */
  readonly check: number;
  /** Time until an unchanged problem is reported again. */
  readonly repeat: number;
  /** Limit for the first session if an instance runs at the start. */
  readonly start: number;
}

const defaultTiming: Timing = { retry: 5000, check: 15_000, repeat: 60_000, start: 60_000 };

export class ApiTunnel {
  private readonly closing = new AbortController();
  private session: Session | undefined;
  /** Instance of the session. */
  private instanceId = "";
  private problem = "the tunnel has not started";
  private reported: { readonly text: string; readonly at: number } | undefined;
  private waiting: (() => void)[] = [];
  private loop: Promise<void> = Promise.resolve();

  /** @param report receives a line when the state changes, and each minute while the tunnel is not open. */
  constructor(
    private readonly target: TunnelTarget,
    private readonly report: (line: string) => void,
    private readonly timing: Timing = defaultTiming,
  ) {}

  /**
   * Starts the tunnel. Resolves when it is open; earlier if no instance runs, or none is connected within a minute: both are
   * normal during the first `pulumi up`, which needs the tunnel later.
   * @throws Error if AWS refuses the query or the session, or a program is missing.
   */
  async start(): Promise<void> {
    const instances = await this.listInstances();
    if (instances.length > 0) {
      const deadline = Date.now() + this.timing.start;
      while (!this.closing.signal.aborted && !(await this.connect()) && Date.now() < deadline)
        await this.pause(this.timing.retry);
    } else {
      this.describeMissing();
    }
    this.loop = this.keepOpen();
  }

  /** Local port of the open session. @param waitMs time to wait for it. @throws Error with the problem. */
  async port(waitMs: number): Promise<number> {
    const deadline = Date.now() + waitMs;
    while (this.session === undefined) {
      const left = deadline - Date.now();
      if (left <= 0 || this.closing.signal.aborted) throw new Error(this.problem);
      const woken = new AbortController();
      this.waiting.push(() => {
        woken.abort();
      });
      await sleep(left, undefined, { signal: woken.signal }).catch(() => undefined);
    }
    return this.session.port;
  }

  /** Ends the session and all attempts. */
  async close(): Promise<void> {
    this.problem = "the tunnel is closed";
    this.closing.abort();
    this.wake();
    await this.loop;
    await this.session?.stop();
    this.session = undefined;
  }

  private async keepOpen(): Promise<void> {
    while (!this.closing.signal.aborted) {
      try {
        if (this.session !== undefined || (await this.connect())) await this.untilEnded();
      } catch (error) {
        this.setProblem(messageOf(error));
      }
      await this.pause(this.timing.retry);
    }
  }

  /** Opens a session through the first instance that is connected. @returns false if there is none. */
  private async connect(): Promise<boolean> {
    const instances = await this.listInstances();
    if (instances.length === 0) this.describeMissing();
    for (const instanceId of instances) {
      if (this.closing.signal.aborted) return false;
      try {
        this.session = await this.target.open(instanceId, this.closing.signal);
      } catch (error) {
        if (!(error instanceof NotConnectedError))
          throw new Error(`cannot open a session through ${instanceId}: ${messageOf(error)}`, { cause: error });
        this.setProblem(`${instanceId} runs, but its SSM agent is not connected to Session Manager yet`);
        continue;
      }
      this.instanceId = instanceId;
      this.reported = undefined;
      this.report(`open through ${instanceId}`);
      this.wake();
      return true;
    }
    return false;
  }

  /** Waits until the session ends, or its instance no longer runs; then removes the session. */
  private async untilEnded(): Promise<void> {
    const { session, instanceId } = this;
    if (session === undefined) return;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.closing.signal]);
    const reason = await Promise.race([session.ended, this.untilGone(instanceId, signal)]);
    over.abort();
    this.session = undefined;
    await session.stop();
    if (!this.closing.signal.aborted) this.setProblem(`${reason}; reconnecting`);
  }

  /** A session does not always end with its instance. */
  private async untilGone(instanceId: string, signal: AbortSignal): Promise<string> {
    for (;;) {
      await sleep(this.timing.check, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return "the tunnel is closed";
      // A failed query says nothing about the session.
      const instances = await this.target.listInstances().catch(() => [instanceId]);
      if (!instances.includes(instanceId)) return `${instanceId} no longer runs`;
    }
  }

  private async listInstances(): Promise<readonly string[]> {
    try {
      return await this.target.listInstances();
    } catch (error) {
      throw new Error(`cannot list the control-plane instances: ${messageOf(error)}`, { cause: error });
    }
  }

  private describeMissing(): void {
    this.setProblem(
      `no control-plane instance of ${this.target.cluster} runs in this AWS account and region; the tunnel opens when one does`,
    );
  }

  private setProblem(text: string): void {
    if (this.closing.signal.aborted) return;
    this.problem = text;
    const now = Date.now();
    if (this.reported?.text === text && now - this.reported.at < this.timing.repeat) return;
    this.reported = { text, at: now };
    this.report(text);
  }

  private wake(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }

  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }
}
