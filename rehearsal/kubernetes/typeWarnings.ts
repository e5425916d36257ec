/** What the controller manager says of admission policies: it checks their CEL against the types that they are about. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { RehearsalClient } from "../supervisor/client";

const policy = z.object({
  metadata: z.object({ generation: z.number() }),
  status: z
    .object({
      observedGeneration: z.number().optional(),
      typeChecking: z
        .object({ expressionWarnings: z.array(z.object({ fieldRef: z.string(), warning: z.string() })).optional() })
        .optional(),
    })
    .optional(),
});

/** How long the controller may take; it looks at a policy as soon as it has seen it. */
const patienceMs = 60_000;

/**
 * Warnings about the expressions of a policy that is in the cluster; none where every one fits.
 * @returns what is to be said of it, also when nobody has checked it in time.
 */
export async function typeWarnings(rehearsal: RehearsalClient, name: string): Promise<readonly string[]> {
  const path = `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${name}`;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answer = await rehearsal.kubernetes({ method: "GET", path }).catch(() => undefined);
    const known = answer?.status === 200 ? policy.parse(JSON.parse(answer.body)) : undefined;
    const { observedGeneration, typeChecking } = known?.status ?? {};
    if (known !== undefined && observedGeneration === known.metadata.generation && typeChecking !== undefined) {
      return (typeChecking.expressionWarnings ?? []).map(({ fieldRef, warning }) => `${fieldRef}: ${warning}`);
    }
    if (Date.now() > deadline) return ["nobody has checked its types"];
    await sleep(500);
  }
}
