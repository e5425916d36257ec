import { z } from "zod";
import type { TextRule } from "./textRules";

/**
 * The kinds of field that the settings are made of. Everything that the settings reference prints about a field
 * is in its `meta`: description, unit, and how its default is found where that is no constant.
 */
export interface FieldMeta {
  readonly description: string;
  readonly unit?: string;
  /** How the default is found, where it depends on other settings. */
  readonly defaultIs?: string;
}

/** A mapping with just these keys. An unknown key's issue carries the known ones, for suggestions. */
export function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? Object.keys(shape).join(" ") : undefined),
  });
}

/** A text that follows a rule. */
export function text(rule: TextRule, meta: FieldMeta) {
  return ruled(rule).meta({ ...meta });
}

/** A text that follows a rule, without a description of its own. */
export function ruled(rule: TextRule) {
  return z.string().check((context) => {
    const message = rule(context.value);
    if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
  });
}

/**
 * A text in a map of texts. `pulumi config set --path` and YAML turn `true` and `12` into a boolean and a number,
 * which have one spelling each and are taken as texts; 1.10 has not, and is refused.
 */
export function scalarText(rule: TextRule) {
  return z
    .union([z.string(), z.boolean(), z.int()], { error: "write a text, in quotes" })
    .transform(String)
    .pipe(ruled(rule));
}

/** A map from texts to texts, each with its rule; empty by default. */
export function textMap(keys: TextRule, values: TextRule, meta: FieldMeta) {
  return z
    .record(ruled(keys), scalarText(values))
    .default({})
    .meta({ ...meta });
}

/** A list of texts that follow a rule, with a least and a most number of them where there is one. */
export function texts(rule: TextRule, meta: FieldMeta, { least = 0, most = 10_000 } = {}) {
  return z
    .array(ruled(rule))
    .min(least)
    .max(most)
    .meta({ ...meta });
}

/** A list of names that the API server knows and nobody else. */
export function scalarList(meta: FieldMeta) {
  return z.array(z.string().max(256)).meta({ ...meta });
}

/** Mappings by a name of one's own; none by default. */
export function named<Value extends z.ZodType>(names: TextRule, value: Value, meta: FieldMeta) {
  return z
    .record(ruled(names), value)
    .default({})
    .meta({ ...meta });
}

/** A whole number in a range. */
export function wholeNumber(least: number, most: number, meta: FieldMeta) {
  return z
    .int()
    .min(least)
    .max(most)
    .meta({ ...meta });
}

/** Yes or no. */
export function flag(meta: FieldMeta) {
  return z.boolean().meta({ ...meta });
}

/** An encrypted gp3 disk (`what` says which): what AWS includes at no further cost, unless more is asked for. */
export function disk(sizeGiB: number, leastGiB: number, what: string) {
  return mapping({
    // gp3 takes up to 16 TiB, 3000 to 16,000 IOPS and 125 to 1000 MiB/s on every machine and in every region.
    sizeGiB: wholeNumber(leastGiB, 16384, { description: `${what}: size.`, unit: "GiB" }).default(sizeGiB),
    iops: wholeNumber(3000, 16000, {
      description: `${what}: provisioned operations, at most 500 for each GiB.`,
      unit: "IOPS",
    }).default(3000),
    throughputMiBps: wholeNumber(125, 1000, {
      description: `${what}: provisioned throughput, at most a quarter of the IOPS.`,
      unit: "MiB/s",
    }).default(125),
  })
    .prefault({})
    .meta({ description: `${what}.` });
}
