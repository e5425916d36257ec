/**
 * Decision about one action on one resource, as IAM makes it for principals of the same account (IAM user guide, "Policy
 * evaluation logic"). Pure. `@cloud-copilot/iam-simulate` judges it in its tests.
 */
import { type Condition, type Context, satisfies, unsupportedParts } from "./conditions";
import { matchesArn, matchesGlob } from "./patterns";

export interface Statement {
  /** Name of the document and Sid, for people. */
  readonly name: string;
  /** Sid; absent in a statement without one. */
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  /** `*`, or names by type (`AWS`, `Service`, `Federated`). Absent in a policy of a role. */
  readonly principals?: "*" | Readonly<Record<string, readonly string[]>>;
  readonly actions: readonly string[];
  /** Absent in a trust policy. */
  readonly resources?: readonly string[];
  readonly condition?: Condition;
}

export type Principal =
  /** Instance or pod with credentials of a role. */
  | { readonly type: "role"; readonly roleArn: string; readonly sessionArn: string }
  /** Administrator of the account, whose identity policies allow everything. */
  | { readonly type: "administrator"; readonly arn: string }
  | { readonly type: "service" | "federated"; readonly name: string }
  | { readonly type: "anonymous" };

export interface AccessRequest {
  readonly principal: Principal;
  /** `<service>:<action>`. */
  readonly action: string;
  /** ARN, or `*` for an action that supports no resources. */
  readonly resource: string;
  readonly context: Context;
}

export interface Policies {
  /** Statements of the principal's role. */
  readonly identity: readonly Statement[];
  /** Statements of the resource's policy. Absent if it has none. */
  readonly resource?: readonly Statement[];
  /** The resource's policy must allow the request as well: KMS keys and roles. Default: either is enough. */
  readonly resourceMustAllow?: boolean;
}

export interface Decision {
  readonly allowed: boolean;
  /** Statements that allow or deny the request. */
  readonly statements: readonly Statement[];
  /** Reason of a denial in AWS's words. */
  readonly reason: string;
}

export function decide(request: AccessRequest, policies: Policies): Decision {
  const { principal, action } = request;
  const resource = (policies.resource ?? []).filter((statement) => applies(statement, request));
  const identity = policies.identity.filter((statement) => applies(statement, request));
  const direct = resource.filter((statement) => names(statement.principals, principal) === "principal");
  const account = resource.filter((statement) => names(statement.principals, principal) === "account");
  const of = (effect: Statement["effect"], list: readonly Statement[]) => list.filter((one) => one.effect === effect);

  const denials = of("Deny", [...identity, ...direct, ...account]);
  if (denials.length > 0) return denied(denials, `with an explicit deny in ${denials[0]?.name ?? ""}`);

  const byIdentity = of("Allow", identity);
  const hasIdentity = principal.type === "administrator" || byIdentity.length > 0;
  const [allowedDirectly, delegated] = [of("Allow", direct), of("Allow", account)];
  const byResource =
    allowedDirectly.length > 0 ? allowedDirectly : hasIdentity && delegated.length > 0 ? delegated : undefined;
  const allowed =
    policies.resourceMustAllow === true ? byResource !== undefined : hasIdentity || byResource !== undefined;
  if (allowed) return { allowed, statements: [...byIdentity, ...(byResource ?? [])], reason: "" };
  const missing =
    hasIdentity || principal.type === "anonymous" || principal.type === "service" || principal.type === "federated"
      ? "resource-based"
      : "identity-based";
  return denied([], `because no ${missing} policy allows the ${action} action`);
}

const denied = (statements: readonly Statement[], reason: string): Decision => ({ allowed: false, statements, reason });

/** True if the statement is about the action, resource and condition keys of the request. */
function applies(statement: Statement, request: AccessRequest): boolean {
  const { effect, condition } = statement;
  if (!hasAction(statement, request) || !hasResource(statement, request)) return false;
  // A condition that cannot be evaluated neither allows anything nor lifts a denial.
  if (unsupportedParts(condition).length > 0) return effect === "Deny";
  return satisfies(condition, request.context);
}

export function hasAction({ actions }: Statement, request: AccessRequest): boolean {
  return actions.some((pattern) => matchesGlob(pattern.toLowerCase(), request.action.toLowerCase()));
}

export function hasResource({ resources }: Statement, request: AccessRequest): boolean {
  return resources === undefined || resources.some((pattern) => matchesArn(pattern, request.resource));
}

/** The statement names the principal itself, or its account, which delegates to the policies of its roles. */
export function names(principals: Statement["principals"], principal: Principal): "principal" | "account" | undefined {
  if (principals === "*") return "principal";
  const aws = principals?.AWS ?? [];
  if (aws.includes("*")) return "principal";
  switch (principal.type) {
    case "role": {
      if ([principal.roleArn, principal.sessionArn].some((arn) => aws.includes(arn))) return "principal";
      return namesAccount(aws, principal.roleArn) ? "account" : undefined;
    }
    case "administrator":
      return namesAccount(aws, principal.arn) ? "account" : undefined;
    case "service":
      return principals?.Service?.includes(principal.name) === true ? "principal" : undefined;
    case "federated":
      return principals?.Federated?.includes(principal.name) === true ? "principal" : undefined;
    case "anonymous":
      return undefined;
  }
}

function namesAccount(aws: readonly string[], arn: string): boolean {
  const [, partition = "", , , account = ""] = arn.split(":");
  return aws.includes(account) || aws.includes(`arn:${partition}:iam::${account}:root`);
}
