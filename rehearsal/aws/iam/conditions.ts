/** Condition block of an IAM statement (IAM user guide, "IAM JSON policy elements: Condition operators"). Pure. */
import { matchesArn, matchesGlob } from "./patterns";

/** Values of condition keys by key. A list is a multivalued key. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

/** Value in a policy: JSON has texts, numbers and booleans. */
type PolicyValue = string | number | boolean;

/** Values by key, by operator. */
export type Condition = Readonly<Record<string, Readonly<Record<string, PolicyValue | readonly PolicyValue[]>>>>;

type Compare = (wanted: string, found: string) => boolean;

const compareNumbers =
  (compare: (found: number, wanted: number) => boolean): Compare =>
  (wanted, found) =>
    compare(Number(found), Number(wanted));

/** Operators without their negations, which begin with `Not` after the type. */
const comparisons: Readonly<Record<string, Compare>> = {
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (wanted, found) => wanted.toLowerCase() === found.toLowerCase(),
  NumericEquals: compareNumbers((found, wanted) => found === wanted),
  NumericGreaterThan: compareNumbers((found, wanted) => found > wanted),
  NumericGreaterThanEquals: compareNumbers((found, wanted) => found >= wanted),
  NumericLessThan: compareNumbers((found, wanted) => found < wanted),
  NumericLessThanEquals: compareNumbers((found, wanted) => found <= wanted),
  StringEquals: (wanted, found) => wanted === found,
  StringEqualsIgnoreCase: (wanted, found) => wanted.toLowerCase() === found.toLowerCase(),
  StringLike: matchesGlob,
};

interface Operator {
  readonly set: "ForAllValues" | "ForAnyValue" | undefined;
  readonly negated: boolean;
  readonly compare: Compare;
  readonly ifExists: boolean;
}

/** Undefined for an operator that this evaluator does not have. */
function parseOperator(text: string): Operator | undefined {
  const [, set, name = "", ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(text) ?? [];
  const positive = name.replace(/^(Arn|Numeric|String)Not/, "$1");
  const compare = comparisons[positive];
  if (compare === undefined) return undefined;
  return { set: set as Operator["set"], negated: positive !== name, compare, ifExists: ifExists !== undefined };
}

/** Parts of a condition that this evaluator does not have: operators, and policy variables. */
export function unsupportedParts(condition: Condition = {}): string[] {
  return Object.entries(condition).flatMap(([operator, keys]) => [
    ...(operator === "Null" || parseOperator(operator) !== undefined ? [] : [`operator ${operator}`]),
    ...Object.values(keys)
      .flat()
      .filter((value) => String(value).includes("${"))
      .map((value) => `variable ${String(value)}`),
  ]);
}

/** True if the values of a request satisfy all operators and keys. Keys are compared without case. */
export function satisfies(condition: Condition = {}, context: Context): boolean {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const found = values.get(key.toLowerCase());
      return operator === "Null"
        ? [wanted].flat().some((value) => (String(value) === "true") === (found === undefined))
        : holds(operator, [wanted].flat().map(String), found);
    }),
  );
}

/** Operators and keys that the values of a request do not satisfy, as text. */
export function unsatisfiedParts(condition: Condition = {}, context: Context): string[] {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys)
      .filter(([key, wanted]) => !satisfies({ [operator]: { [key]: wanted } }, context))
      .map(([key, wanted]) => {
        const found = values.get(key.toLowerCase());
        const request =
          found === undefined ? "the request lacks the key" : `the request has ${[found].flat().join(", ")}`;
        return `${operator} ${key}: ${[wanted].flat().join(", ")} (${request})`;
      }),
  );
}

function holds(text: string, wanted: readonly string[], found: string | readonly string[] | undefined): boolean {
  const operator = parseOperator(text);
  if (operator === undefined) return false;
  const { set, negated, compare, ifExists } = operator;
  // An absent key satisfies a negated operator, and ForAllValues, which then has no value to test.
  if (found === undefined) return set === "ForAllValues" || (set === undefined && (ifExists || negated));
  const passes = (value: string): boolean => wanted.some((each) => compare(each, value)) !== negated;
  const list = [found].flat();
  return set === "ForAllValues" || (negated && set === undefined) ? list.every(passes) : list.some(passes);
}
