import { z } from "zod";
import { isEncrypted } from "../settings/encrypted";
import type { Encrypted } from "../settings/encrypted";
import type { SettingsProblem } from "../settings/problems";
import { registryRule } from "../settings/textRules";
import { nameRule } from "./textRules";

/**
 * Credentials of container registries: `registries` beside `cluster` in a stack file, so that a secret password does not make all
 * settings secret. Problems never show the value, which may be a password.
 */
const registrySettings = z.strictObject({
  server: z
    .string("write the registry's host, such as ghcr.io")
    .refine((server) => registryRule(server) === undefined, "write the registry's host, such as ghcr.io"),
  username: z.string("write the username").min(1, "write the username"),
  // A plan without the stack's key gets the encrypted form.
  password: z.union([z.string().min(1), z.custom<Encrypted>(isEncrypted)], "missing"),
});

/** Credentials of a registry without the password. */
export type RegistrySpec = Readonly<Omit<z.output<typeof registrySettings>, "password">>;

export interface ParsedRegistries {
  /** Valid registries. */
  readonly registries: Readonly<Record<string, RegistrySpec>>;
  readonly problems: readonly SettingsProblem[];
  /** Paths of encrypted settings, which have placeholders. Passwords are not among them: the specification has none. */
  readonly encrypted: readonly string[];
}

const placeholders = { server: "encrypted.example.com", username: "encrypted" };

/** Parses `registries`; never throws. */
export function parseRegistries(input: unknown = {}): ParsedRegistries {
  const mapping = z.record(z.string(), z.unknown()).safeParse(input);
  if (!mapping.success) {
    return {
      registries: {},
      encrypted: [],
      problems: [problem("registries", "must be a mapping of names to server, username and password")],
    };
  }
  const registries: Record<string, RegistrySpec> = {};
  const problems: SettingsProblem[] = [];
  const encrypted: string[] = [];
  for (const [name, value] of Object.entries(mapping.data)) {
    const path = `registries.${name === "" ? '""' : name}`;
    const invalidName = nameRule(name);
    const hidden = encryptedFields(value);
    encrypted.push(...hidden.map((field) => `${path}.${field}`));
    const given = hidden.length === 0 ? value : { ...(value as object), ...pick(hidden) };
    const parsed = registrySettings.safeParse(given);
    if (invalidName !== undefined) problems.push(problem(path, `invalid name: ${invalidName}`));
    else if (parsed.success) registries[name] = { server: parsed.data.server, username: parsed.data.username };
    else problems.push(...parsed.error.issues.flatMap((issue) => describeIssue(path, issue)));
  }
  return { registries, problems, encrypted };
}

type Field = keyof typeof placeholders;

const pick = (fields: readonly Field[]) => Object.fromEntries(fields.map((field) => [field, placeholders[field]]));

function encryptedFields(registry: unknown): readonly Field[] {
  if (typeof registry !== "object" || registry === null) return [];
  return (["server", "username"] as const).filter((field) => isEncrypted((registry as Record<Field, unknown>)[field]));
}

function describeIssue(path: string, issue: z.core.$ZodIssue): readonly SettingsProblem[] {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(registrySettings.shape).join(", ");
    return issue.keys.map((key) => problem(`${path}.${key}`, `unknown setting; choose from ${known}`));
  }
  const [field] = issue.path;
  if (field === undefined) return [problem(path, "must be a mapping of server, username and password")];
  const fix = field === "password" ? `; run pulumi config set --path --secret '${path}.password'` : "";
  return [problem(`${path}.${String(field)}`, `${issue.message}${fix}`)];
}

const problem = (path: string, message: string): SettingsProblem => ({ path, found: "[not shown]", message });
