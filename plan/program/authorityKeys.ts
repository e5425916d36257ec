import { readFileSync } from "node:fs";
import { parse } from "yaml";

import { isEncrypted } from "../../components/pki/checks";
import { PlanError } from "./problems";

/** Names a file with what a stack file has encrypted: a mapping of names to keys, in YAML or JSON. */
const variable = "HOLDFAST_AUTHORITY_KEYS";

/**
 * Puts keys in the place of those that only the Pulumi CLI can decrypt.
 * @throws PlanError for a key that is still encrypted: certificates are signed with it also in a plan.
 */
export function overlayAuthorityKeys(config: Record<string, unknown>, key: string): void {
  const before = config[key];
  if (before === undefined) return;
  const file = process.env[variable];
  const given = file === undefined ? {} : (parse(readFileSync(file, "utf8")) as Record<string, unknown>);
  const keys = isEncrypted(before) ? given : { ...(before as object), ...given };
  const encrypted = Object.entries(keys).filter(([, value]) => isEncrypted(value));
  if (encrypted.length > 0 || (isEncrypted(before) && file === undefined)) {
    const message = `only a Pulumi CLI can decrypt it; name a file with the keys in ${variable} (pulumi config get --json authorityKeys)`;
    const paths = encrypted.length === 0 ? ["authorityKeys"] : encrypted.map(([name]) => `authorityKeys.${name}`);
    throw new PlanError(paths.map((path) => ({ path, found: "[secret]", message })));
  }
  config[key] = keys;
}
