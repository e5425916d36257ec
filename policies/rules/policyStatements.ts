import type { Value } from "../model/value";

/** Statement of an AWS policy document with the effect Allow. */
export interface AllowStatement {
  /** Sid, or position of the statement. */
  readonly label: string;
  readonly actions: readonly string[];
  /** True if the statement uses NotAction. */
  readonly negated: boolean;
  readonly resources: readonly string[];
  /** ARNs and accounts, `*`, or the kind of other principals (`Service`, …). */
  readonly principals: readonly string[];
  readonly conditions: readonly string[];
}

export function allowStatements(document: Value): readonly AllowStatement[] {
  return statementsOf(document)
    .filter((statement) => statement.at("Effect").string() === "Allow")
    .map((statement, index) => ({
      label: statement.at("Sid").string() ?? `statement ${index + 1}`,
      actions: statement.at("Action").stringOrList(),
      negated: !statement.at("NotAction").absent,
      resources: statement.at("Resource").stringOrList(),
      principals: principalsOf(statement.at("Principal")),
      conditions: statement
        .at("Condition")
        .entries()
        .flatMap(([, keys]) => keys.entries().map(([key]) => key)),
    }));
}

/** Statements of a document, which may have a single one without a list. */
export function statementsOf(document: Value): readonly Value[] {
  const statements = document.document().at("Statement");
  if (statements.absent) return [];
  return statements.isList ? statements.items() : [statements];
}

function principalsOf(principal: Value): readonly string[] {
  if (principal.absent) return [];
  if (principal.isString) return principal.stringOrList();
  return principal
    .entries()
    .flatMap(([kind, value]) => (kind === "AWS" ? value.stringOrList() : value.stringOrList().map(() => kind)));
}

const readVerbs =
  /^(?:Get|List|Describe|Head|Lookup|Read|View|Search|Query|Scan|Check|Estimate|Simulate|BatchGet|Detect|Poll)/;
/** Read actions that return credentials or secrets. */
const sensitiveReads = /^(?:secretsmanager:GetSecretValue|ssm:GetParameters?(?:ByPath)?|sts:AssumeRole.*|kms:Decrypt)$/;

export function isWrite(action: string): boolean {
  if (sensitiveReads.test(action)) return false;
  const [, name = action] = action.split(":");
  return !readVerbs.test(name);
}

export const isWildcardWrite = (action: string): boolean => action.includes("*") && isWrite(action);

/** True for condition keys on tags of the resource, the request or the principal. */
export const isTagCondition = (key: string): boolean => /(?:ResourceTag|RequestTag|PrincipalTag)\//.test(key);
