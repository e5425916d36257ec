/** Tells an object's containers what differs between AWS and the rehearsal's. Pure. */
import type { Manifest } from "./plannedObjects";

interface Container {
  readonly env?: { readonly name: string }[];
}

/** Whoever is told a region speaks to AWS. */
const region = "AWS_REGION";

/** The object with the rehearsal's AWS in place of AWS' own addresses, for every container that speaks to it. */
export function withAwsEndpoint(manifest: Manifest, endpoint: string): Manifest {
  return told(manifest, { name: "AWS_ENDPOINT_URL", value: endpoint }) as Manifest;
}

function told(value: unknown, variable: { readonly name: string; readonly value: string }): unknown {
  if (Array.isArray(value)) return value.map((item) => told(item, variable));
  if (typeof value !== "object" || value === null) return value;
  const inside = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, told(item, variable)]));
  const { env } = inside as Container;
  return Array.isArray(env) && env.some(({ name }) => name === region)
    ? { ...inside, env: [...env, variable] }
    : inside;
}
