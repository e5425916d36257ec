import type { Flags } from "../scale/profiles.plan";
import type { ApiServerSettings, ControllerManagerSettings } from "./componentSettings";

/** Flags of the API server from its settings. */
export const apiServerFlags = (settings: ApiServerSettings): Flags => flagsOf(settings);

/** Flags of the controller manager from its settings. */
export const controllerManagerFlags = (settings: ControllerManagerSettings): Flags => flagsOf(settings);

/** A setting is the flag in camel case: `eventTTL` is `event-ttl`, `terminatedPodGCThreshold` is `terminated-pod-gc-threshold`. */
function flagsOf(settings: Readonly<Record<string, string | number | boolean | undefined>>): Flags {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [flagName(name), String(value)]),
  );
}

const flagName = (setting: string): string =>
  setting.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "-").toLowerCase();
