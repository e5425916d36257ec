/** Lifecycle hooks that hold an instance in one transition. */
import { randomUUID } from "node:crypto";

/** Result of a hook: continue the transition or abandon it. */
export type HookResult = "CONTINUE" | "ABANDON";

export interface Hook {
  readonly name: string;
  /** Seconds without a heartbeat until the default result applies. */
  readonly heartbeatSeconds: number;
  readonly defaultResult: HookResult;
}

/** Heartbeats hold an instance at most this long, and at most a hundred times the timeout. */
const maxWaitMs = 48 * 3600 * 1000;
const maxTimeouts = 100;

interface OpenAction {
  readonly hook: Hook;
  readonly token: string;
  readonly lastAt: number;
  timer: NodeJS.Timeout;
}

/** Wait for all hooks of a transition. It continues when each has completed with CONTINUE, and ends with the first ABANDON. */
export class HookWait {
  readonly done: Promise<HookResult>;
  readonly #open = new Map<string, OpenAction>();
  #settle: (result: HookResult) => void = () => undefined;

  constructor(hooks: readonly Hook[]) {
    this.done = new Promise((resolve) => (this.#settle = resolve));
    const now = Date.now();
    for (const hook of hooks) {
      const longest = Math.min(maxWaitMs, maxTimeouts * hook.heartbeatSeconds * 1000);
      const action = { hook, token: randomUUID(), lastAt: now + longest };
      this.#open.set(hook.name, { ...action, timer: this.timer(hook, action.lastAt) });
    }
    if (hooks.length === 0) this.#settle("CONTINUE");
  }

  /** Token of a hook's action; undefined: the hook no longer waits. */
  token(hookName: string): string | undefined {
    return this.#open.get(hookName)?.token;
  }

  /** Completes a hook's action. False: no such action is pending. */
  complete(hookName: string, result: HookResult, token?: string): boolean {
    const action = this.find(hookName, token);
    if (action === undefined) return false;
    this.finish(action, result);
    return true;
  }

  /** Restarts a hook's timeout. False: no such action is pending. */
  heartbeat(hookName: string, token?: string): boolean {
    const action = this.find(hookName, token);
    if (action === undefined) return false;
    clearTimeout(action.timer);
    action.timer = this.timer(action.hook, action.lastAt);
    return true;
  }

  /** Ends the wait of an instance that is gone. */
  cancel(): void {
    for (const { timer } of this.#open.values()) clearTimeout(timer);
    this.#open.clear();
    this.#settle("ABANDON");
  }

  private find(hookName: string, token: string | undefined): OpenAction | undefined {
    const action = this.#open.get(hookName);
    return token === undefined || action?.token === token ? action : undefined;
  }

  private timer(hook: Hook, lastAt: number): NodeJS.Timeout {
    const wait = Math.min(hook.heartbeatSeconds * 1000, Math.max(0, lastAt - Date.now()));
    return setTimeout(() => {
      const action = this.#open.get(hook.name);
      if (action !== undefined) this.finish(action, hook.defaultResult);
    }, wait).unref();
  }

  private finish({ hook, timer }: OpenAction, result: HookResult): void {
    clearTimeout(timer);
    this.#open.delete(hook.name);
    if (result === "ABANDON") this.cancel();
    else if (this.#open.size === 0) this.#settle("CONTINUE");
  }
}
