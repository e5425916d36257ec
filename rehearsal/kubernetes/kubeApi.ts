/** Requests to the booted cluster's API server, through the load balancer, as the administrator. */
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import type { AdminAccess } from "./kubeconfig";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query. */
  readonly path: string;
  readonly body?: string;
  /** Media type of the body. */
  readonly contentType?: string;
  /** Who is to be taken for the one that asks; default the administrator. */
  readonly as?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

export class KubeApi {
  readonly #agent: Agent;

  /** The address is one of the load balancer's. */
  constructor(
    private readonly address: string,
    /** Keys as they are; or as they are now, where a rotation of authorities may make them anew. */
    private readonly access: AdminAccess | (() => AdminAccess),
    maxSockets = 8,
  ) {
    this.#agent = new Agent({ keepAlive: true, maxSockets, timeout: 30_000 });
  }

  /** Rejects if nobody answers within `timeoutMs`. */
  async ask({ method, path, body, contentType, as }: ApiRequest, timeoutMs = 10_000): Promise<ApiAnswer> {
    const { serverName, port, authority, certificate, key } =
      typeof this.access === "function" ? this.access() : this.access;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const asking = request(
        {
          ...{ method, host: this.address, port, path, agent: this.#agent, timeout: timeoutMs },
          ...{ servername: serverName, ca: authority, cert: certificate, key },
          // As kubectl does: an organisation's own authority may be an intermediate.
          allowPartialTrustChain: true,
          headers: {
            ...(body !== undefined && { "content-type": contentType ?? "application/json" }),
            ...(as !== undefined && { "impersonate-user": as }),
          },
        },
        resolve,
      );
      asking.once("error", reject);
      asking.once("timeout", () => asking.destroy(new Error("no answer")));
      asking.end(body);
    });
    return { status: answer.statusCode ?? 0, body: await text(answer) };
  }
}
