/** What the Kubernetes API is asked: objects, and a way to a pod. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";

import { kubectlOf } from "../kubectl";
import type { Kubectl, KubectlCommand } from "../kubectl";

/** Seconds that an answer may take; a load balancer gives up a dead member within ten. */
const requestTimeout = 15;

export class Api {
  private readonly kubectl: Kubectl;

  constructor(private readonly command: KubectlCommand) {
    this.kubectl = kubectlOf(command, (requestTimeout + 5) * 1000);
  }

  /** The body of an answer. @throws Error with the API's words, or kubectl's. */
  raw(path: string): Promise<string> {
    return this.kubectl([`--request-timeout=${requestTimeout}s`, "get", "--raw", path]);
  }

  /** Objects of a list, page after page. */
  async list<T>(path: string): Promise<readonly T[]> {
    const items: T[] = [];
    let next = "";
    do {
      const page = JSON.parse(
        await this.raw(`${path}?limit=500${next && `&continue=${encodeURIComponent(next)}`}`),
      ) as { items: T[]; metadata: { continue?: string } };
      items.push(...page.items);
      next = page.metadata.continue ?? "";
    } while (next !== "");
    return items;
  }

  async object<T>(path: string): Promise<T> {
    return JSON.parse(await this.raw(path)) as T;
  }

  /** Runs `work` with a local port that leads to a pod's, through the API. */
  async throughPort<T>(namespace: string, pod: string, port: number, work: (local: number) => Promise<T>): Promise<T> {
    const [program, ...first] = this.command;
    const child = spawn(program, [...first, "-n", namespace, "port-forward", `pod/${pod}`, `:${port}`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    try {
      return await work(await localPort(child));
    } finally {
      child.kill();
    }
  }
}

function localPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = "";
    let complained = "";
    const timer = setTimeout(() => {
      reject(new Error(`no way to the pod within ${requestTimeout} s${complained && `: ${complained}`}`));
    }, requestTimeout * 1000);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const port = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (complained += text.trim()));
    child.once("error", reject);
    child.once("exit", () => {
      clearTimeout(timer);
      reject(new Error(complained || "kubectl port-forward ended"));
    });
  });
}
