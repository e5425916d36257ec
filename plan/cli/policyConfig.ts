import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The configuration of the policy pack that lies beside a stack's file, where there is one. */
export function policyConfigPath(stack: string, stacks: string | undefined): string | undefined {
  const path = join(stacks ?? join(__dirname, "..", "..", "stacks"), `policies.${stack}.json`);
  return existsSync(path) ? path : undefined;
}

/** What a file for `--policy-pack-config` says; the CLI takes an empty one too. */
export function readPolicyConfig(path: string): unknown {
  const text = readFileSync(path, "utf8");
  return text.trim() === "" ? {} : (JSON.parse(text) as unknown);
}
