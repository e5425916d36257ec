/** Decides as IAM does, for the little of its language that the policies of machines are written in. */

import type { IamPolicy } from "../../../components/machines/iamStatements.plan";

/** Whether an ARN or name fits a pattern with IAM's wildcards. */
export function fits(pattern: string, text: string): boolean {
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${source}$`).test(text);
}

/** What somebody asks AWS for; `context` holds the condition keys that come with the request. */
export interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

type Compare = (wanted: readonly string[], found: string | undefined) => boolean;

const like: Compare = (wanted, found) => found !== undefined && wanted.some((pattern) => fits(pattern, found));

const operators: Readonly<Record<string, Compare>> = {
  StringEquals: (wanted, found) => found !== undefined && wanted.includes(found),
  StringLike: like,
  StringLikeIfExists: (wanted, found) => found === undefined || like(wanted, found),
  Null: ([wanted], found) => (found === undefined) === (wanted === "true"),
  Bool: ([wanted], found) => found === wanted,
};

/** Whether a policy without any Deny allows it. */
export function allows(policy: IamPolicy, { action, resource, context = {} }: Asked): boolean {
  return policy.Statement.some(
    ({ Action, Resource, Condition = {} }) =>
      Action.includes(action) &&
      Resource.some((pattern) => fits(pattern, resource)) &&
      Object.entries(Condition).every(([operator, keys]) => {
        const compare = operators[operator];
        if (compare === undefined) throw new Error(`no test decides about ${operator}`);
        return Object.entries(keys).every(([key, wanted]) => compare([wanted].flat(), context[key]));
      }),
  );
}
