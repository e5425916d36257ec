/** Environments that the Pulumi CLI has opened: the file that {@link environmentVariable} names. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";

import type { SettingsProblem } from "../components/settings/problems";
import { isMapping } from "./file/environment";

/** Environment variable with the path of a file with the opened environment of the stack, or {@link noConfiguration}. */
export const environmentVariable = "HOLDFAST_ENVIRONMENT";

/** Value of the variable for an environment without configuration, such as one that only logs in to AWS. */
const noConfiguration = "none";

/** Way to read an environment that only Pulumi Cloud can evaluate. */
export const adviceToOpen = (stack: string): string =>
  `run pulumi config --stack ${stack} --open --json > environment.json, and set ${environmentVariable}=environment.json; ` +
  `set ${environmentVariable}=${noConfiguration} if it has no pulumiConfig`;

export type OpenedEnvironment =
  | { readonly ok: true; readonly config: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] };

/** Configuration of the opened environment, by key; undefined without the variable. */
export function readOpenedEnvironment(stack: string): OpenedEnvironment | undefined {
  const file = process.env[environmentVariable] ?? "";
  if (file === "") return undefined;
  if (file === noConfiguration) return { ok: true, config: {} };
  try {
    return parseOpenedEnvironment(file, readFileSync(file, "utf8"), stack);
  } catch (error) {
    const [reason = ""] = (error as Error).message.split("\n");
    return refuse(file, "cannot be read", `${reason}; ${adviceToOpen(stack)}`);
  }
}

/**
 * Reads what `pulumi config --open --json` prints, or `pulumi env open` as JSON or YAML.
 * @param name of the file, for messages @throws Error for a text that is neither JSON nor YAML
 */
export function parseOpenedEnvironment(name: string, text: string, stack: string): OpenedEnvironment {
  const opened: unknown = parse(text);
  if (!isMapping(opened)) return refuse(name, "no mapping", adviceToOpen(stack));
  const listed = Object.entries(opened);
  if (listed.length > 0 && listed.every(([, entry]) => isListed(entry))) return readListing(name, listed);
  const { pulumiConfig } = opened;
  if (!isMapping(pulumiConfig)) return refuse(name, "no pulumiConfig", adviceToOpen(stack));
  return { ok: true, config: pulumiConfig };
}

/** Entry of `pulumi config --json` (`configValueJSON` in pkg/cmd/pulumi/config). */
interface Listed {
  readonly value?: string;
  /** Present for mappings and lists. */
  readonly objectValue?: unknown;
  /** True if the value is or contains a secret. Without `--show-secrets`, it is then absent. */
  readonly secret: boolean;
}

const isListed = (entry: unknown): entry is Listed => isMapping(entry) && typeof entry.secret === "boolean";

function readListing(name: string, entries: readonly (readonly [string, unknown])[]): OpenedEnvironment {
  const config: Record<string, unknown> = {};
  for (const [key, { value, objectValue = value, secret }] of entries as readonly (readonly [string, Listed])[]) {
    // The settings of the cluster are not secret: a single secret among them hides them all.
    if (secret && key === "holdfast:cluster" && objectValue === undefined) {
      return refuse(
        `${name} ${key}`,
        "[secret]",
        "hidden, because it contains a secret; add --show-secrets to pulumi config",
      );
    }
    config[key] = secret && key !== "holdfast:cluster" ? { secure: "" } : objectValue;
  }
  return { ok: true, config };
}

const refuse = (path: string, found: string, message: string): OpenedEnvironment => ({
  ok: false,
  problems: [{ path, found, message }],
});
