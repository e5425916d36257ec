import type { CheckContext } from "../core/references";
import { toText } from "../core/text";

/** Permissions of a role (identity), or policy of a resource: a bucket, key, queue, topic, or the trust policy of a role. */
type PolicyKind = "identity" | "resource";

type Statement = Readonly<Record<string, unknown>>;

type Malformed = (path: string, message: string) => void;

const conditionOperator =
  /^(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)(IfExists)?$/;

/** Size of a policy as IAM counts it: characters without white space. */
export const policySize = (policy: unknown): number => toText(policy).replace(/\s/g, "").length;

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/** Statements of a policy; none of text that is not JSON. */
export function statementsOf(policy: unknown): readonly Statement[] {
  try {
    const document: unknown = typeof policy === "string" ? JSON.parse(policy) : policy;
    return listOf((document as { Statement?: unknown }).Statement) as readonly Statement[];
  } catch {
    return [];
  }
}

/** Statements of a policy; refuses documents that IAM calls malformed. */
export function checkPolicy(
  context: CheckContext,
  property: string,
  policy: unknown,
  rule: { readonly kind: PolicyKind; readonly code?: string },
): readonly Statement[] {
  const { world, refuse } = context;
  const malformed: Malformed = (path, message) => {
    refuse(path, rule.code ?? "MalformedPolicyDocument", message);
  };
  if (typeof policy === "string" && !isJson(policy)) {
    malformed(property, "Syntax errors in policy: it is not JSON.");
    return [];
  }
  const statements = statementsOf(policy);
  const sids = new Set<unknown>();
  statements.forEach((statement, index) => {
    const path = `${property}.Statement[${index}]`;
    const { Sid: sid } = statement;
    if (sid !== undefined && sids.has(sid)) {
      malformed(`${path}.Sid`, "Statement IDs (SID) in a single policy must be unique.");
    }
    sids.add(sid);
    if (rule.kind === "identity" && !/^[A-Za-z0-9]*$/.test(toText(sid ?? ""))) {
      malformed(`${path}.Sid`, "Statement IDs (SID) must be alpha-numeric.");
    }
    checkStatement(world, statement, path, malformed);
    checkPrincipals(world, path, statement.Principal, malformed);
  });
  return statements;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function checkStatement(world: CheckContext["world"], statement: Statement, path: string, malformed: Malformed): void {
  for (const action of listOf(statement.Action)) {
    if (action === "*" || /^[a-z0-9-]+:[A-Za-z0-9*?]+$/.test(toText(action))) continue;
    const message = `Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: ${toText(action)}`;
    malformed(`${path}.Action`, message);
  }
  for (const resource of listOf(statement.Resource)) {
    if (resource === "*") continue;
    const [arn, partition] = /^arn:([\w*?-]+):[\w*?-]+:[\w*?-]*:[\w*?${}:-]*:.+$/.exec(toText(resource)) ?? [];
    if (arn === undefined) malformed(`${path}.Resource`, `Resource ${toText(resource)} must be in ARN format or "*".`);
    else if (partition !== "*" && partition !== world.partition) {
      malformed(`${path}.Resource`, `Partition "${toText(partition)}" is not valid for resource "${arn}".`);
    }
  }
  for (const operator of Object.keys(statement.Condition ?? {})) {
    if (!conditionOperator.test(operator)) malformed(`${path}.Condition`, `Invalid Condition type : ${operator}.`);
  }
}

/** Refuses roles of this account that do not exist, and invalid service principals. */
function checkPrincipals(world: CheckContext["world"], path: string, principal: unknown, malformed: Malformed): void {
  if (typeof principal !== "object" || principal === null) return;
  const { AWS: accounts, Service: services } = principal as { AWS?: unknown; Service?: unknown };
  for (const name of listOf(accounts).map(toText)) {
    if (!isKnownPrincipal(world, name)) {
      malformed(`${path}.Principal.AWS`, `Invalid principal in policy: "AWS":"${name}"`);
    }
  }
  for (const name of listOf(services).map(toText)) {
    if (!isServicePrincipal(name, world.partition)) {
      malformed(`${path}.Principal.Service`, `Invalid principal in policy: "SERVICE":"${name}"`);
    }
  }
}

/** Services whose principals end in `.cn` in China; no others do (aws-cdk-lib, `region-info`). */
const partitionalInChina = /^(ec2|elasticmapreduce|(logs|codedeploy)\.cn-[a-z]+-\d)\.amazonaws\.com\.cn$/;

function isServicePrincipal(name: string, partition: string): boolean {
  if (name.endsWith(".cn")) return partition === "aws-cn" && partitionalInChina.test(name);
  if (partition === "aws-cn" && partitionalInChina.test(`${name}.cn`)) return name === "ec2.amazonaws.com";
  return /^[a-z0-9.-]+\.amazonaws\.com$/.test(name);
}

function isKnownPrincipal(world: CheckContext["world"], name: string): boolean {
  if (name === "*" || /^\d{12}$/.test(name)) return true;
  const [, account, resource = ""] = /^arn:[\w-]+:iam::(\d{12}):(.+)$/.exec(name) ?? [];
  if (account === undefined) return false;
  if (account !== world.account || !resource.startsWith("role/")) return true;
  return resource.startsWith("role/aws-service-role/") || world.find("aws:iam/role:Role", "arn", name) !== undefined;
}
