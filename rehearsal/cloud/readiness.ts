/** Which nodes are Ready: asked of the API server, through the load balancer, as the administrator. */
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { AdminAccess } from "./kubeconfig";

const nodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
    }),
  ),
});

/** Asks for the nodes; the address is one of the load balancer's. */
export class NodeReadiness {
  readonly #agent: Agent;

  constructor(
    private readonly address: string,
    private readonly port: number,
    private readonly access: AdminAccess,
  ) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: 5_000 });
  }

  /** Names of nodes that are Ready; undefined: nobody answers. */
  async readyNodes(): Promise<Set<string> | undefined> {
    try {
      const { items } = nodeList.parse(JSON.parse(await this.get("/api/v1/nodes")));
      const ready = items.filter(({ status }) =>
        status.conditions.some((condition) => condition.type === "Ready" && condition.status === "True"),
      );
      return new Set(ready.map(({ metadata }) => metadata.name));
    } catch {
      return undefined;
    }
  }

  private async get(path: string): Promise<string> {
    const { serverName, authority, certificate, key } = this.access;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = {
        host: this.address,
        port: this.port,
        path,
        servername: serverName,
        ca: authority,
        cert: certificate,
        key,
        agent: this.#agent,
        timeout: 3_000,
      };
      const asking = request(options, resolve);
      asking.once("error", reject);
      asking.once("timeout", () => asking.destroy(new Error("no answer")));
      asking.end();
    });
    const body = await text(answer);
    if (answer.statusCode !== 200) throw new Error(`${path}: status ${answer.statusCode ?? "?"}`);
    return body;
  }
}
