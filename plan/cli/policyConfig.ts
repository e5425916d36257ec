import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { stacksFolder } from "../../stacks/stacksFolder";

/** Path of the policy configuration beside the stack file; undefined if there is none. */
export function policyConfigPath(stack: string, stacks: string | undefined): string | undefined {
  const path = join(stacks ?? stacksFolder, `policies.${stack}.json`);
  return existsSync(path) ? path : undefined;
}

/** Reads a `--policy-pack-config` file. An empty file is valid, as for the Pulumi CLI. */
export function readPolicyConfig(path: string): unknown {
  const text = readFileSync(path, "utf8");
  return text.trim() === "" ? {} : (JSON.parse(text) as unknown);
}
