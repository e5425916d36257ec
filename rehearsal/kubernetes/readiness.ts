/** Which nodes are Ready: asked of the API server as the administrator. */
import { z } from "zod";
import type { KubeApi } from "./kubeApi";

const nodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
    }),
  ),
});

/** How long an API server may take to answer. */
const patienceMs = 3_000;

/** Asks for the nodes. */
export class NodeReadiness {
  constructor(private readonly api: KubeApi) {}

  /** Names of nodes that are Ready; undefined: nobody answers. */
  async readyNodes(): Promise<Set<string> | undefined> {
    try {
      const { status, body } = await this.api.ask({ method: "GET", path: "/api/v1/nodes" }, patienceMs);
      if (status !== 200) return undefined;
      const { items } = nodeList.parse(JSON.parse(body));
      const ready = items.filter(({ status: state }) =>
        state.conditions.some((condition) => condition.type === "Ready" && condition.status === "True"),
      );
      return new Set(ready.map(({ metadata }) => metadata.name));
    } catch {
      return undefined;
    }
  }
}
