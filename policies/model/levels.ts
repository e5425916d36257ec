/** How much a violation weighs, and where. */

export const environments = ["dev", "staging", "prod"] as const;
export type Environment = (typeof environments)[number];

/** `mandatory` stops an update, `advisory` tells, `disabled` does not look. */
export const levels = ["advisory", "mandatory", "disabled"] as const;
export type Level = (typeof levels)[number];

export type Levels = Readonly<Record<Environment, Level>>;

/** What any production must have: told of in development, demanded where others depend on it. */
export const standard: Levels = { dev: "advisory", staging: "mandatory", prod: "mandatory" };
/** What is wrong everywhere: it endangers more than its own environment. */
export const everywhere: Levels = { dev: "mandatory", staging: "mandatory", prod: "mandatory" };
/** What costs money or convenience that only production is worth. */
export const production: Levels = { dev: "disabled", staging: "advisory", prod: "mandatory" };
/** What somebody may have good reasons against. */
export const advice: Levels = { dev: "disabled", staging: "advisory", prod: "advisory" };

const development = /^(dev|development|test|sandbox|local|preview)\b/;
const rehearsing = /^(staging|stage|qa|integration)\b/;

/** The environment that a stack's name tells of; whatever is neither development nor staging is held to production. */
export function environmentOf(stack: string): Environment {
  if (development.test(stack)) return "dev";
  return rehearsing.test(stack) ? "staging" : "prod";
}
