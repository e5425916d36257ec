/** Passes the endpoint of the rehearsed AWS to containers. Pure. */
import type { Manifest } from "./plannedObjects";

/** Adds the endpoint to the environment of every container with a region, because those use AWS. */
export function withAwsEndpoint(manifest: Manifest, endpoint: string): Manifest {
  return addVariable(manifest, { name: "AWS_ENDPOINT_URL", value: endpoint }) as Manifest;
}

function addVariable(value: unknown, variable: { readonly name: string; readonly value: string }): unknown {
  if (Array.isArray(value)) return value.map((item) => addVariable(item, variable));
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, addVariable(item, variable)]));
  const { env } = copy as { env?: { readonly name: string }[] };
  const usesAws = Array.isArray(env) && env.some(({ name }) => name === "AWS_REGION");
  return usesAws ? { ...copy, env: [...env, variable] } : copy;
}
