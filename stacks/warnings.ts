import { isEncrypted, mayBeSecret } from "../components/settings/encrypted";
import { authorityKeysPath, formatPath, valueAt } from "../components/settings/problems";
import type { SettingsProblem } from "../components/settings/problems";
import { configValue } from "./settings";

export interface WarningSources {
  /** Configuration of the stack file, by key with namespace. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Paths of encrypted settings. */
  readonly encrypted: readonly string[];
}

/** Warnings about a valid stack file: secrets in plain text, and what a plan cannot check. They contain no secret. */
export function settingsWarnings({ config, encrypted }: WarningSources): readonly SettingsProblem[] {
  const plain = [...plainSecrets(config)].map((path) => ({
    path,
    found: "[not shown]",
    message: `secret in plain text; run pulumi config set --secret --path '${path}', and replace the secret if others have read the file`,
  }));
  const hidden = encrypted.map((path) => ({ path, found: "[secret]", message: describeEncrypted(path) }));
  return [...plain, ...hidden];
}

function describeEncrypted(path: string): string {
  const unchecked = "encrypted: not checked, and planned with a placeholder";
  if (!path.startsWith("cluster")) return unchecked;
  return `${unchecked}. AWS and the machines get it in plain text, like all settings of cluster; write it in plain text, or leave it out if it must stay secret`;
}

function* plainSecrets(config: Readonly<Record<string, unknown>>): Iterable<string> {
  for (const [name, registry] of entriesOf(configValue(config, "registries"))) {
    if (typeof valueAt(registry, ["password"]) === "string") yield `registries.${name}.password`;
  }
  for (const [name, key] of entriesOf(configValue(config, authorityKeysPath))) {
    if (typeof key === "string") yield formatPath([authorityKeysPath, name]);
  }
  for (const [key, value] of Object.entries(config)) {
    if (!key.startsWith("holdfast:") && typeof value === "string" && mayBeSecret([key])) yield key;
  }
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  if (typeof value !== "object" || value === null || isEncrypted(value)) return [];
  return Object.entries(value);
}
