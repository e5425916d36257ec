import { readFileSync } from "node:fs";
import { parse } from "yaml";

import { isEncrypted } from "../../components/settings/encrypted";
import { PlanError } from "./problems";

/** Environment variable with the path of a YAML or JSON file: the authority keys by name. */
const variable = "HOLDFAST_AUTHORITY_KEYS";

/**
 * Replaces encrypted authority keys, which only the Pulumi CLI can decrypt, by those of the file.
 * @throws PlanError for a key that is still encrypted: a plan signs certificates with it.
 */
export function overlayAuthorityKeys(config: Record<string, unknown>, key: string): void {
  const before = config[key];
  if (before === undefined) return;
  const file = process.env[variable];
  const given = file === undefined ? {} : (parse(readFileSync(file, "utf8")) as Record<string, unknown>);
  const keys = isEncrypted(before) ? given : { ...(before as object), ...given };
  const encrypted = Object.entries(keys).filter(([, value]) => isEncrypted(value));
  if (encrypted.length > 0 || (isEncrypted(before) && file === undefined)) {
    const message = `encrypted, and only the Pulumi CLI can decrypt it; set ${variable} to a file with the keys (pulumi config get --json authorityKeys)`;
    const paths = encrypted.length === 0 ? ["authorityKeys"] : encrypted.map(([name]) => `authorityKeys.${name}`);
    throw new PlanError(paths.map((path) => ({ path, found: "[secret]", message })));
  }
  config[key] = keys;
}
