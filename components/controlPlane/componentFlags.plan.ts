import type { Flags } from "../scale/profiles.plan";
import type { ApiServerSettings, ControllerManagerSettings } from "./componentSettings";

/**
 * Flags of a component from its settings. A setting is the flag in camel case: `eventTTL` is `event-ttl`,
 * `terminatedPodGCThreshold` is `terminated-pod-gc-threshold`.
 */
export function flagsOf(settings: ApiServerSettings | ControllerManagerSettings): Flags {
  return Object.fromEntries(
    Object.entries<unknown>(settings)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [flagName(name), String(value)]),
  );
}

const flagName = (setting: string): string =>
  setting.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "-").toLowerCase();
