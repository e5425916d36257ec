/** Requests to the Kubernetes API through `kubectl proxy`, which supports every authentication method and keeps its connection. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import type { KubectlCommand } from "../kubectl";

/** Time limit in ms for the start of the proxy, and of a request: a load balancer removes a failed member within ten seconds. */
const timeoutMs = 20_000;

export interface ApiRequest {
  readonly method: "GET" | "PATCH";
  /** Includes the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

/** Sends a request. Rejects without an answer. */
export type SendRequest = (request: ApiRequest) => Promise<ApiAnswer>;

/** Calls `work` while a proxy runs. It listens on a socket that only this user can open, because it passes the user's credentials. */
export async function withApiProxy<T>(
  [program, ...leading]: KubectlCommand,
  work: (send: SendRequest) => Promise<T>,
): Promise<T> {
  // Mode 0700.
  const folder = mkdtempSync(join(tmpdir(), "holdfast-"));
  const socketPath = join(folder, "api");
  const child = spawn(program, [...leading, "proxy", `--unix-socket=${socketPath}`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    await waitUntilServing(child);
    return await work((sent) => exchange(socketPath, sent));
  } finally {
    if (child.exitCode === null && child.kill()) await once(child, "exit");
    rmSync(folder, { recursive: true });
  }
}

function waitUntilServing(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let errors = "";
    const timer = setTimeout(() => {
      reject(new Error(`kubectl proxy did not start within ${timeoutMs / 1000} s${errors && `: ${errors}`}`));
    }, timeoutMs);
    const end = (error?: Error): void => {
      clearTimeout(timer);
      if (error === undefined) resolve();
      else reject(error);
    };
    child.stdout?.once("data", () => {
      end();
    });
    child.stderr?.setEncoding("utf8").on("data", (part: string) => (errors += part.trim()));
    child.once("error", end);
    child.once("exit", () => {
      end(new Error(errors || "kubectl proxy exited"));
    });
  });
}

function exchange(socketPath: string, { method, path, headers, body }: ApiRequest): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, headers: { ...headers }, timeout: timeoutMs }, (answer) => {
      text(answer).then((found) => {
        resolve({ status: answer.statusCode ?? 0, body: found });
      }, reject);
    });
    sent.once("timeout", () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    sent.once("error", reject);
    sent.end(body);
  });
}
