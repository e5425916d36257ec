import type { PlainPlan, PlainResource } from "../../../plan/report/planFile";
import type { TypeKnowledge } from "../../../plan/comparison/compare";

/** Resource of a test plan. */
export function resource(type: string, name: string, more: Partial<PlainResource> = {}): PlainResource {
  return { urn: urn(type, name), type, name, dependsOn: [], inputs: {}, outputs: {}, ...more };
}

export const urn = (type: string, name: string): string => `urn:pulumi:test::holdfast::${type}::${name}`;

export const planOf = (resources: readonly PlainResource[], files?: Record<string, string>): PlainPlan => ({
  stack: "test",
  resources,
  bundles: files && [{ name: "members", sha256: JSON.stringify(files), files }],
});

/** Types that are replaced when `fixed` changes, and that count their versions. */
export const types: TypeKnowledge = { replaceOn: () => ["fixed"], changesWithUpdate: () => ["latestVersion"] };
