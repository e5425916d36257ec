export const environments = ["dev", "staging", "prod"] as const;
export type Environment = (typeof environments)[number];

/** `mandatory` stops an update, `advisory` prints a warning, `disabled` skips the rule. */
export const levels = ["advisory", "mandatory", "disabled"] as const;
export type Level = (typeof levels)[number];

export type Levels = Readonly<Record<Environment, Level>>;

/** Requirements of every production environment. */
export const standard: Levels = { dev: "advisory", staging: "mandatory", prod: "mandatory" };
/** Violations that endanger more than their own environment. */
export const everywhere: Levels = { dev: "mandatory", staging: "mandatory", prod: "mandatory" };
/** Requirements that cost money or convenience and pay off in production only. */
export const production: Levels = { dev: "disabled", staging: "advisory", prod: "mandatory" };
/** Recommendations with valid exceptions. */
export const advice: Levels = { dev: "disabled", staging: "advisory", prod: "advisory" };

const devNames = /^(dev|development|test|sandbox|local|preview)\b/;
const stagingNames = /^(staging|stage|qa|integration)\b/;

/** Environment of a stack by its name. Default: prod. */
export function environmentOf(stack: string): Environment {
  if (devNames.test(stack)) return "dev";
  return stagingNames.test(stack) ? "staging" : "prod";
}
