import { z } from "zod";
import type { TextRule } from "./textRules";

/** Documentation of a field. The settings reference and the JSON Schema are generated from it. */
export interface FieldMeta {
  readonly description: string;
  readonly unit?: string;
  /** Description of a default that depends on other settings. */
  readonly defaultIs?: string;
}

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** Value of a section of the settings after parsing: defaults are filled in, nothing may be changed. */
export type Parsed<Schema extends z.ZodType> = DeepReadonly<z.output<Schema>>;

/** Type with some optional fields resolved, whose defaults depend on other sections. */
export type Resolved<T, Key extends keyof T> = Omit<T, Key> & {
  readonly [Field in Key]-?: Exclude<T[Field], undefined>;
};

/** Details that an issue about an unknown key carries in its message, for {@link parseShape}. */
export interface KnownKeys {
  readonly known: readonly string[];
  /** Keys that are valid only for another kind of the mapping, with the setting that selects that kind. */
  readonly elsewhere: Readonly<Record<string, string>>;
  /** Keys of the program that the mapping configures which are no settings, with the reason and what to write instead. */
  readonly fixed: Readonly<Record<string, string>>;
}

/** Mapping with exactly these keys. */
export function mapping<Shape extends z.ZodRawShape>(
  shape: Shape,
  elsewhere: KnownKeys["elsewhere"] = {},
  fixed: KnownKeys["fixed"] = {},
) {
  const keys: KnownKeys = { known: Object.keys(shape), elsewhere, fixed };
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? JSON.stringify(keys) : undefined),
  });
}

/** Discriminator of the default kind of a union: users may omit it. */
export const defaultKind = <Kind extends string>(kind: Kind, description: string) =>
  z
    .literal(kind)
    .optional()
    .transform(() => kind)
    .meta({ description: `${description} This is the default.` });

/** Text that follows a rule. */
export function text(rule: TextRule, meta: FieldMeta) {
  return ruled(rule).meta({ ...meta });
}

/** Text that follows a rule, without a description. */
export function ruled(rule: TextRule) {
  return z.string().check((context) => {
    const message = rule(context.value);
    if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
  });
}

/**
 * Text in a map of texts. Accepts booleans and integers, because `pulumi config set --path` and YAML turn `true` and `12`
 * into them. Refuses fractions: YAML turns 1.10 into 1.1.
 */
export function scalarText(rule: TextRule) {
  return z
    .union([z.string(), z.boolean(), z.int()], { error: "must be a text; write it in quotes" })
    .transform(String)
    .pipe(ruled(rule));
}

/** Map from texts to texts, each with its rule. Default: empty. */
export function textMap(keys: TextRule, values: TextRule, meta: FieldMeta) {
  return z
    .record(ruled(keys), scalarText(values))
    .default({})
    .meta({ ...meta });
}

/** List of texts that follow a rule. */
export function texts(rule: TextRule, meta: FieldMeta, { least = 0, most = 10_000 } = {}) {
  return z
    .array(ruled(rule))
    .min(least)
    .max(most)
    .meta({ ...meta });
}

/** List of names that only the API server can check. */
export function scalarList(meta: FieldMeta) {
  return z.array(z.string().max(256)).meta({ ...meta });
}

/** Mappings by a name that the user chooses. Default: none. */
export function named<Value extends z.ZodType>(names: TextRule, value: Value, meta: FieldMeta) {
  return z
    .record(ruled(names), value)
    .default({})
    .meta({ ...meta });
}

/** Whole number in a range, both ends included. */
export function wholeNumber(least: number, most: number, meta: FieldMeta) {
  return z
    .int()
    .min(least)
    .max(most)
    .meta({ ...meta });
}

/** Boolean. */
export function flag(meta: FieldMeta) {
  return z.boolean().meta({ ...meta });
}

/** Encrypted gp3 disk. Defaults of IOPS and throughput are those that AWS includes in the price. */
export function disk(sizeGiB: number, leastGiB: number, what: string) {
  return mapping({
    // gp3 supports up to 16 TiB, 3000 to 16,000 IOPS and 125 to 1000 MiB/s on every instance type and in every region.
    sizeGiB: wholeNumber(leastGiB, 16384, { description: `${what}: size.`, unit: "GiB" }).default(sizeGiB),
    iops: wholeNumber(3000, 16000, {
      description: `${what}: provisioned operations, at most 500 per GiB.`,
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

export type DiskSpec = Parsed<ReturnType<typeof disk>>;
