import type { RegistrySpec } from "./registries.plan";
import type { SettingsProblem } from "../settings/problems";
import { registryRule } from "../settings/textRules";
import { nameRule } from "./textRules";

/**
 * Credentials of container registries: `registries` beside `cluster`, a key of its own so that a password makes no secret of all
 * other settings. What is wrong is told without what was found: it may be a password.
 */

const fields = ["server", "username", "password"] as const;

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A password as it is, or as the stack file holds it where nobody can decrypt it. */
const isPassword = (value: unknown): boolean =>
  (typeof value === "string" && value !== "") || (isMapping(value) && typeof value.secure === "string");

export interface ParsedRegistries {
  /** What is no secret of those that are right. */
  readonly registries: Readonly<Record<string, RegistrySpec>>;
  readonly problems: readonly SettingsProblem[];
}

/** Reads `registries`; never throws. */
export function parseRegistries(input: unknown): ParsedRegistries {
  if (input === undefined) return { registries: {}, problems: [] };
  if (!isMapping(input)) {
    return {
      registries: {},
      problems: [problem("registries", "must be a mapping from names to server, username and password")],
    };
  }
  const entries = Object.entries(input).map(([name, value]) => parseRegistry(name, value));
  return {
    registries: Object.fromEntries(entries.flatMap(({ registry }) => (registry === undefined ? [] : [registry]))),
    problems: entries.flatMap(({ problems }) => problems),
  };
}

function parseRegistry(name: string, value: unknown) {
  const path = `registries.${name === "" ? '""' : name}`;
  const nameProblem = nameRule(name);
  if (nameProblem !== undefined) return { problems: [problem(path, `is no name for this: ${nameProblem}`)] };
  if (!isMapping(value)) return { problems: [problem(path, "must be a mapping of server, username and password")] };
  const { server, username, password } = value;
  const problems = [
    ...Object.keys(value)
      .filter((key) => !(fields as readonly string[]).includes(key))
      .map((key) => problem(`${path}.${key}`, `is no setting; known here: ${fields.join(", ")}`)),
    ...(typeof server === "string" && registryRule(server) === undefined
      ? []
      : [problem(`${path}.server`, "write the registry's host, such as ghcr.io")]),
    ...(typeof username === "string" && username !== "" ? [] : [problem(`${path}.username`, "write the user's name")]),
    ...(isPassword(password)
      ? []
      : [problem(`${path}.password`, `is missing; run pulumi config set --path --secret '${path}.password'`)]),
  ];
  const spec: RegistrySpec = { server: String(server), username: String(username) };
  return problems.length > 0 ? { problems } : { registry: [name, spec] as const, problems };
}

const problem = (path: string, message: string): SettingsProblem => ({ path, found: "[not shown]", message });
