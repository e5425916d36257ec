import type { Request } from "../core/resourceType";
import { show } from "../core/text";

type Asker = Pick<Request<unknown>, "refuse" | "world">;

/** What a policy is attached to decides which elements it must and must not have. */
type PolicyKind = "identity" | "trust" | "resource";

interface Statement {
  readonly [element: string]: unknown;
}

const elements = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

const operators =
  /^(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)(IfExists)?$/;

/** The text of a policy given as text or as an object, as IAM counts it: without white space. */
export function policyText(policy: unknown): string {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy);
  return text.replace(/\s/g, "");
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Its statements; refuses a document that IAM would call malformed. */
export function checkPolicy(
  asker: Asker,
  property: string,
  policy: unknown,
  rule: { readonly kind: PolicyKind; readonly longest: number; readonly code?: string },
): readonly Statement[] {
  const malformed = (path: string, message: string): void => {
    asker.refuse(path, rule.code ?? "MalformedPolicyDocument", message);
  };
  let document: unknown = policy;
  if (typeof policy === "string") {
    try {
      document = JSON.parse(policy);
    } catch {
      malformed(property, "Syntax errors in policy: it is not JSON.");
      return [];
    }
  }
  if (!isObject(document)) {
    malformed(property, "Syntax errors in policy: it is not an object.");
    return [];
  }
  const size = policyText(policy).length;
  if (size > rule.longest) {
    asker.refuse(
      property,
      "LimitExceeded",
      `Cannot exceed quota for policy size: ${show(rule.longest)}, found ${show(size)} without white space`,
    );
  }
  for (const key of Object.keys(document)) {
    if (!["Version", "Id", "Statement"].includes(key))
      malformed(property, `Syntax errors in policy: unknown element ${key}.`);
  }
  if (document.Version !== undefined && !["2012-10-17", "2008-10-17"].includes(show(document.Version))) {
    malformed(`${property}.Version`, "The policy must contain a valid version string");
  }
  const statements = listOf(document.Statement);
  if (statements.length === 0) malformed(`${property}.Statement`, "Policy document must contain statements.");
  const seen = new Set<string>();
  return statements.flatMap((statement, index) => {
    const path = `${property}.Statement[${show(index)}]`;
    if (!isObject(statement)) {
      malformed(path, "Syntax errors in policy: a statement is an object.");
      return [];
    }
    checkStatement(statement, path, rule.kind, malformed);
    checkPrincipals(asker, path, statement.Principal, malformed);
    if (typeof statement.Sid === "string" && statement.Sid !== "") {
      if (seen.has(statement.Sid)) malformed(`${path}.Sid`, "Statement IDs (SID) in a single policy must be unique.");
      seen.add(statement.Sid);
    }
    return [statement];
  });
}

function checkStatement(
  statement: Statement,
  path: string,
  kind: PolicyKind,
  malformed: (path: string, message: string) => void,
): void {
  for (const key of Object.keys(statement)) {
    if (!elements.has(key)) malformed(path, `Syntax errors in policy: unknown element ${key}.`);
  }
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny") {
    malformed(`${path}.Effect`, `Syntax errors in policy: Effect is Allow or Deny, not ${show(statement.Effect)}.`);
  }
  if (kind === "identity" && statement.Sid !== undefined && !/^[A-Za-z0-9]*$/.test(show(statement.Sid))) {
    malformed(`${path}.Sid`, "Statement IDs (SID) must be alpha-numeric.");
  }
  checkActions(statement, path, malformed);
  checkResources(statement, path, kind, malformed);
  const principal = statement.Principal ?? statement.NotPrincipal;
  if (kind === "identity" && principal !== undefined) {
    malformed(`${path}.Principal`, "Policy document should not specify a principal.");
  }
  if (kind !== "identity" && principal === undefined)
    malformed(`${path}.Principal`, "Missing required field Principal");
  const conditions = statement.Condition;
  if (conditions !== undefined && !isObject(conditions))
    malformed(`${path}.Condition`, "Syntax errors in policy: Condition.");
  if (isObject(conditions)) {
    for (const [operator, keys] of Object.entries(conditions)) {
      if (!operators.test(operator)) malformed(`${path}.Condition`, `Invalid Condition type : ${operator}.`);
      if (!isObject(keys))
        malformed(`${path}.Condition.${operator}`, "Syntax errors in policy: a condition maps keys to values.");
    }
  }
}

function checkActions(statement: Statement, path: string, malformed: (path: string, message: string) => void): void {
  const actions = listOf(statement.Action ?? statement.NotAction);
  if (actions.length === 0) malformed(`${path}.Action`, "Policy statement must contain actions.");
  for (const action of actions) {
    if (action !== "*" && !/^[a-z0-9-]+:[A-Za-z0-9*?]+$/.test(show(action))) {
      malformed(
        `${path}.Action`,
        `Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: ${show(action)}`,
      );
    }
  }
}

function checkResources(
  statement: Statement,
  path: string,
  kind: PolicyKind,
  malformed: (path: string, message: string) => void,
): void {
  const resources = listOf(statement.Resource ?? statement.NotResource);
  if (kind === "trust") {
    if (resources.length > 0) malformed(`${path}.Resource`, "Has prohibited field Resource");
    return;
  }
  if (resources.length === 0) malformed(`${path}.Resource`, "Policy statement must contain resources.");
  for (const resource of resources) {
    if (resource !== "*" && !/^arn:[\w*?-]+:[\w*?-]+:[\w*?-]*:[\w*?${}:-]*:.+$/.test(show(resource))) {
      malformed(`${path}.Resource`, `Resource ${show(resource)} must be in ARN format or "*".`);
    }
  }
}

/** Roles of this account that policies name must exist; service principals must look like one. */
function checkPrincipals(
  { world }: Asker,
  path: string,
  principal: unknown,
  malformed: (path: string, message: string) => void,
): void {
  if (!isObject(principal)) {
    if (principal !== undefined && principal !== "*") malformed(`${path}.Principal`, "Invalid principal in policy.");
    return;
  }
  for (const [kind, names] of Object.entries(principal)) {
    for (const name of listOf(names)) {
      const text = show(name);
      if (kind === "Service" && !/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(text)) {
        malformed(`${path}.Principal.Service`, `Invalid principal in policy: "SERVICE":"${text}"`);
      }
      if (kind === "AWS" && !knownPrincipal(world, text)) {
        malformed(`${path}.Principal.AWS`, `Invalid principal in policy: "AWS":"${text}"`);
      }
    }
    if (!["AWS", "Service", "Federated", "CanonicalUser"].includes(kind)) {
      malformed(`${path}.Principal`, `Invalid principal in policy: ${kind}`);
    }
  }
}

function knownPrincipal(world: Asker["world"], name: string): boolean {
  if (name === "*" || /^\d{12}$/.test(name)) return true;
  const role = /^arn:[\w-]+:iam::(\d{12}):(.+)$/.exec(name);
  if (role === null) return false;
  if (role[1] !== world.account || !role[2]?.startsWith("role/")) return true;
  return role[2].startsWith("role/aws-service-role/") || world.find("aws:iam/role:Role", "arn", name) !== undefined;
}
