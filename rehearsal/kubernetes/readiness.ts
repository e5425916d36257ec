/** Readiness of nodes. */
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

const timeoutMs = 3_000;

/** Names of Ready nodes; empty without a response from the API server. */
export async function readyNodes(api: KubeApi): Promise<ReadonlySet<string>> {
  try {
    const { status, body } = await api.request({ method: "GET", path: "/api/v1/nodes" }, timeoutMs);
    if (status !== 200) return new Set();
    const ready = nodeList
      .parse(JSON.parse(body))
      .items.filter(({ status: { conditions } }) =>
        conditions.some((it) => it.type === "Ready" && it.status === "True"),
      );
    return new Set(ready.map(({ metadata }) => metadata.name));
  } catch {
    return new Set();
  }
}
