/** Results of the controller manager's type checks of admission policies. */
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

/** Time for the type check, which normally follows at once. */
const timeoutMs = 60_000;

/** Warnings about a policy's CEL expressions, or that the type check has not happened in time. */
export async function typeWarnings(rehearsal: RehearsalClient, name: string): Promise<readonly string[]> {
  const path = `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${name}`;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await rehearsal.kubernetes({ method: "GET", path }).catch(() => undefined);
    const known = answer?.status === 200 ? policy.parse(JSON.parse(answer.body)) : undefined;
    const { observedGeneration, typeChecking } = known?.status ?? {};
    if (known !== undefined && observedGeneration === known.metadata.generation && typeChecking !== undefined) {
      return (typeChecking.expressionWarnings ?? []).map(({ fieldRef, warning }) => `${fieldRef}: ${warning}`);
    }
    if (Date.now() > deadline) return [`its types were not checked within ${timeoutMs / 1000} s`];
    await sleep(500);
  }
}
