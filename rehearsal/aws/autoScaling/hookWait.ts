/** An instance that its group's lifecycle hooks of one transition hold. */
import { randomUUID } from "node:crypto";

/** What an instance's hooks decide: on with the transition, or an end to it. */
export type HookResult = "CONTINUE" | "ABANDON";

export interface Hook {
  readonly name: string;
  /** Seconds without a word until the default result counts. */
  readonly heartbeatSeconds: number;
  readonly defaultResult: HookResult;
}

/** Heartbeats hold an instance for no longer than this, nor than a hundred times the timeout. */
const longestWaitMs = 48 * 3600 * 1000;
const mostHeartbeats = 100;

interface OpenAction {
  readonly hook: Hook;
  readonly token: string;
  readonly lastAt: number;
  timer: NodeJS.Timeout;
}

/** All hooks of a transition at once: it goes on when each has said CONTINUE, and is over with the first ABANDON. */
export class HookWait {
  readonly done: Promise<HookResult>;
  readonly #open = new Map<string, OpenAction>();
  #settle: (result: HookResult) => void = () => undefined;

  constructor(hooks: readonly Hook[]) {
    this.done = new Promise((resolve) => (this.#settle = resolve));
    const now = Date.now();
    for (const hook of hooks) {
      const longest = Math.min(longestWaitMs, mostHeartbeats * hook.heartbeatSeconds * 1000);
      const action = { hook, token: randomUUID(), lastAt: now + longest };
      this.#open.set(hook.name, { ...action, timer: this.timer(hook, action.lastAt) });
    }
    if (hooks.length === 0) this.#settle("CONTINUE");
  }

  /** The token of a hook's action; undefined: it holds the instance no more. */
  token(hookName: string): string | undefined {
    return this.#open.get(hookName)?.token;
  }

  /** Answers a hook by its name, and token where one is given. False: it waits for no such answer. */
  complete(hookName: string, result: HookResult, token?: string): boolean {
    const action = this.find(hookName, token);
    if (action === undefined) return false;
    this.finish(action, result);
    return true;
  }

  /** Begins a hook's time anew. False: it does not wait. */
  heartbeat(hookName: string, token?: string): boolean {
    const action = this.find(hookName, token);
    if (action === undefined) return false;
    clearTimeout(action.timer);
    action.timer = this.timer(action.hook, action.lastAt);
    return true;
  }

  /** Lets go without an answer: the instance is gone. */
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
