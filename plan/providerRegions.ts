import type { PlainResource } from "./report/planFile";

/** Regions of AWS providers by the reference that resources have to them. */
export const providerRegions = (
  resources: readonly Pick<PlainResource, "type" | "urn" | "id" | "inputs">[],
): ReadonlyMap<string, unknown> =>
  new Map(
    resources
      .filter(({ type }) => type === "pulumi:providers:aws")
      .map(({ urn, id, inputs }) => [`${urn}::${id ?? ""}`, inputs.region]),
  );
