/** Read-only access to the Kubernetes API through kubectl. */
import { type ChildProcess, spawn } from "node:child_process";

import { type Kubectl, type KubectlCommand, kubectlOf } from "../kubectl";

/** Time limit of a request in seconds; a load balancer removes a failed member within ten. */
const requestTimeout = 15;

export class Api {
  private readonly kubectl: Kubectl;

  constructor(private readonly command: KubectlCommand) {
    this.kubectl = kubectlOf(command, (requestTimeout + 5) * 1000);
  }

  /** Body of a GET request. @throws Error with the message of the API or of kubectl. */
  raw(path: string): Promise<string> {
    return this.kubectl([`--request-timeout=${requestTimeout}s`, "get", "--raw", path]);
  }

  /** All objects of a collection, read in pages. */
  async list<T>(path: string): Promise<readonly T[]> {
    const items: T[] = [];
    let next = "";
    do {
      const page = await this.object<{ items: T[]; metadata: { continue?: string } }>(
        `${path}?limit=500${next && `&continue=${encodeURIComponent(next)}`}`,
      );
      items.push(...page.items);
      next = page.metadata.continue ?? "";
    } while (next !== "");
    return items;
  }

  async object<T>(path: string): Promise<T> {
    return JSON.parse(await this.raw(path)) as T;
  }

  /** Calls `work` with a local port that is forwarded to a port of a pod. */
  async withForwardedPort<T>(
    namespace: string,
    pod: string,
    port: number,
    work: (localPort: number) => Promise<T>,
  ): Promise<T> {
    const [program, ...first] = this.command;
    const child = spawn(program, [...first, "-n", namespace, "port-forward", `pod/${pod}`, `:${port}`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    try {
      return await work(await readLocalPort(child));
    } finally {
      child.kill();
    }
  }
}

/** Local port that kubectl port-forward prints. */
function readLocalPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    let errors = "";
    const timer = setTimeout(() => {
      reject(new Error(`no port forwarding to the pod within ${requestTimeout} s${errors && `: ${errors}`}`));
    }, requestTimeout * 1000);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const port = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text.trim()));
    child.once("error", reject);
    child.once("exit", () => {
      clearTimeout(timer);
      reject(new Error(errors || "kubectl port-forward exited"));
    });
  });
}
