/** IAM policy documents of a plan: every input of an AWS resource that has statements. */
import type { PlannedResource } from "./planStack";
import { reveal } from "./program/secret";

/** Permissions of a role, trust policy of a role, or policy of another resource. */
export type PolicyKind = "identity" | "trust" | "resource";

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  /** Name of the resource in the plan, and its input. */
  readonly name: string;
  /** Type token of the resource. */
  readonly type: string;
  readonly kind: PolicyKind;
  readonly statements: readonly PolicyStatement[];
}

export const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : ([value].flat() as readonly T[]);

/** Documents of all AWS resources. */
export function policyDocuments(resources: readonly PlannedResource[]): readonly PolicyDocument[] {
  return resources
    .filter(({ type }) => type.startsWith("aws:"))
    .flatMap(({ name, type, inputs }) =>
      Object.entries(reveal(inputs) as Record<string, unknown>).flatMap(([property, value]): PolicyDocument[] => {
        const statements = statementsOf(value);
        return statements === undefined
          ? []
          : [{ name: `${name}.${property}`, type, kind: kindOf(type, property), statements }];
      }),
    );
}

function kindOf(type: string, property: string): PolicyKind {
  if (property === "assumeRolePolicy") return "trust";
  return type.startsWith("aws:iam/") ? "identity" : "resource";
}

/** Undefined for a value that is no policy. */
function statementsOf(value: unknown): readonly PolicyStatement[] | undefined {
  const document = typeof value === "string" && value.startsWith("{") ? (JSON.parse(value) as unknown) : value;
  if (typeof document !== "object" || document === null || !("Statement" in document)) return undefined;
  return listOf(document.Statement as PolicyStatement | readonly PolicyStatement[]);
}
