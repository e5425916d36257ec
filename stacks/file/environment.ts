/** `environment` of a stack file: Pulumi ESC environments that add configuration. */
import type { SettingsProblem } from "../../components/settings/problems";
import { nearest } from "../../components/settings/suggestions";

/** Definition of the environment of a stack file. A list of names is a definition that only imports. */
export interface Environment {
  /** Imported environments, as the file has them. */
  readonly imports: readonly unknown[];
  /** Values of the file itself, with references and functions; `pulumiConfig` is configuration. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Keys of an environment's definition (`EnvironmentDecl` in github.com/pulumi/esc/ast). */
const keys = ["description", "imports", "values"];

/** Names that a reference cannot begin with, because Pulumi ESC defines them (`isReserveTopLevelKey` in github.com/pulumi/esc/eval). */
export const reservedNames: readonly string[] = ["imports", "context", "environments"];

type Read = { readonly environment: Environment | undefined } | { readonly problems: readonly SettingsProblem[] };

/** Reads `environment` of a stack file. @param name of the file, for messages */
export function readEnvironment(name: string, value: unknown): Read {
  const refuse = (path: string, found: string, message: string): Read => ({
    problems: [{ path: `${name} environment${path}`, found, message }],
  });
  if (value === undefined || value === null) return { environment: undefined };
  if (isList(value)) {
    const other = value.findIndex((item) => typeof item !== "string" || item === "");
    if (other !== -1) return refuse(`[${other}]`, kindOf(value[other]), "write the name of an environment");
    return { environment: value.length === 0 ? undefined : { imports: value, values: {} } };
  }
  if (!isMapping(value)) {
    return refuse("", kindOf(value), "write a list of environments, or a mapping with imports and values");
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    const meant = nearest(unknown, keys);
    return refuse("", unknown, meant === undefined ? "unknown key; remove it" : `unknown key; did you mean ${meant}?`);
  }
  const { imports = [], values = {} } = value;
  if (!isList(imports)) return refuse(".imports", kindOf(imports), "must be a list of environments");
  const other = imports.findIndex((item) => !isImport(item));
  if (other !== -1) {
    return refuse(
      `.imports[${other}]`,
      kindOf(imports[other]),
      "write the name of an environment, or <name>: {merge: false}",
    );
  }
  if (!isMapping(values)) return refuse(".values", kindOf(values), "must be a mapping");
  const reserved = Object.keys(values).find((key) => reservedNames.includes(key));
  if (reserved !== undefined) return refuse(".values", reserved, "reserved key; choose another name");
  const isEmpty = imports.length === 0 && Object.keys(values).length === 0;
  return { environment: isEmpty ? undefined : { imports, values } };
}

const isImport = (item: unknown): boolean =>
  (typeof item === "string" && item !== "") || (isMapping(item) && Object.keys(item).length === 1);

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Kind of a value, for messages. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return value === "" ? "an empty text" : "a text";
  if (typeof value !== "object") return `a ${typeof value}`;
  return Array.isArray(value) ? "a list" : "a mapping";
}
