import type { Value } from "../model/value";

/** A statement of an AWS policy document that allows something. */
export interface Allowance {
  /** How it is told of: its Sid, or its place. */
  readonly label: string;
  readonly actions: readonly string[];
  /** It allows everything but some actions. */
  readonly negated: boolean;
  readonly resources: readonly string[];
  /** `*`, or by kind (`AWS`, `Service`, …) whom it allows. */
  readonly principals: readonly string[];
  readonly conditions: readonly string[];
}

/** All statements of a document that allow; one that is missing allows nothing. */
export function allowances(document: Value): readonly Allowance[] {
  return statementsOf(document)
    .filter((statement) => statement.at("Effect").text() === "Allow")
    .map((statement, index) => ({
      label: statement.at("Sid").text() ?? `statement ${index + 1}`,
      actions: statement.at("Action").oneOrMoreTexts(),
      negated: !statement.at("NotAction").absent,
      resources: statement.at("Resource").oneOrMoreTexts(),
      principals: principalsOf(statement.at("Principal")),
      conditions: statement
        .at("Condition")
        .entries()
        .flatMap(([, keys]) => keys.entries().map(([key]) => key)),
    }));
}

/** Statements as they are: a document may have one without a list. */
export function statementsOf(document: Value): readonly Value[] {
  const statements = document.document().at("Statement");
  if (statements.absent) return [];
  return statements.isList ? statements.items() : [statements];
}

function principalsOf(principal: Value): readonly string[] {
  if (principal.absent) return [];
  if (principal.isText) return principal.oneOrMoreTexts();
  return principal
    .entries()
    .flatMap(([kind, value]) => (kind === "AWS" ? value.oneOrMoreTexts() : value.oneOrMoreTexts().map(() => kind)));
}

const reading =
  /^(?:Get|List|Describe|Head|Lookup|Read|View|Search|Query|Scan|Check|Estimate|Simulate|BatchGet|Detect|Poll)/;
/** They read, but what they hand out is access or somebody's data. */
const precious = /^(?:secretsmanager:GetSecretValue|ssm:GetParameters?(?:ByPath)?|sts:AssumeRole.*|kms:Decrypt)$/;

/** Whether an action changes something. */
export function writes(action: string): boolean {
  if (precious.test(action)) return false;
  const [, name = action] = action.split(":");
  return !reading.test(name);
}

/** Whether a wildcard in an action takes in actions that change something. */
export const wildcardWrites = (action: string): boolean => action.includes("*") && writes(action);

/** Keys of conditions that tie an action to tags of what it is done to, or of who does it. */
export const isTagCondition = (key: string): boolean => /(?:ResourceTag|RequestTag|PrincipalTag)\//.test(key);
