import type { SettingsProblem } from "../components/settings/problems";
import { configOf } from "./file/config";
import type { StackFile } from "./file/config";
import { evaluateValue } from "./file/environmentValues";
import { isMapping } from "./file/environment";
import { mergeSettings, sortSettings } from "./file/merge";
import { adviceToOpen, readOpenedEnvironment } from "./openedEnvironment";

export type StackConfig =
  | { readonly ok: true; readonly config: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] };

/**
 * Configuration of a stack as the program gets it from the engine: that of its environment, and above it that of the stack file
 * (`mergeConfig` in sdk/go/common/workspace).
 */
export function resolveConfig(stack: string, file: StackFile): StackConfig {
  if (file.environment === undefined) return { ok: true, config: file.config };
  const below = environmentConfig(stack, file.environment);
  if (!below.ok) return below;
  const named = configOf(below.config);
  if ("problems" in named) return { ok: false, problems: named.problems };
  return { ok: true, config: sortSettings(mergeSettings(named.config, file.config)) as Record<string, unknown> };
}

function environmentConfig(stack: string, { imports, values }: NonNullable<StackFile["environment"]>): StackConfig {
  const opened = readOpenedEnvironment(stack);
  if (opened !== undefined) return opened;
  if (imports.length > 0) {
    const message = `only the Pulumi CLI can open it; ${adviceToOpen(stack)}`;
    return { ok: false, problems: [{ path: "environment", found: "not read", message }] };
  }
  const evaluated = evaluateValue(values, "pulumiConfig", adviceToOpen(stack));
  if (!evaluated.ok) return evaluated;
  return { ok: true, config: isMapping(evaluated.value) ? evaluated.value : {} };
}
