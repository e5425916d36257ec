/** Client of the booted cluster's API server, through the load balancer. */
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import type { AdminAccess } from "./kubeconfig";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Includes the query. */
  readonly path: string;
  readonly body?: string;
  /** Media type of the body. */
  readonly contentType?: string;
  /** User to impersonate. Default: none, the administrator. */
  readonly as?: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly body: string;
}

export class KubeApi {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8, timeout: 30_000 });

  /** `address` is the address of the load balancer. `access` is called for each request. */
  constructor(
    private readonly address: string,
    private readonly access: () => AdminAccess,
  ) {}

  /** Rejects without a response within `timeoutMs`. */
  async request({ method, path, body, contentType, as }: ApiRequest, timeoutMs = 10_000): Promise<ApiResponse> {
    const { serverName, port, authority, certificate, key } = this.access();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(
        {
          ...{ method, host: this.address, port, path, agent: this.#agent, timeout: timeoutMs },
          ...{ servername: serverName, ca: authority, cert: certificate, key },
          // Like kubectl, because an organization's own authority may be an intermediate one.
          allowPartialTrustChain: true,
          headers: {
            ...(body !== undefined && { "content-type": contentType ?? "application/json" }),
            ...(as !== undefined && { "impersonate-user": as }),
          },
        },
        resolve,
      );
      sent.once("error", reject);
      sent.once("timeout", () => sent.destroy(new Error("no response")));
      sent.end(body);
    });
    return { status: response.statusCode ?? 0, body: await text(response) };
  }
}
