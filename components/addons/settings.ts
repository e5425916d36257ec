import type { ClusterSpec } from "../clusterSpec";
import type { Parsed } from "../settings/fields";
import { wholeNumber } from "../settings/fields";
import type { Finding } from "../settings/problems";
import * as addonTable from "./addonTable.plan";
import { enabledAddons } from "./enabledAddons.plan";
import { onByDefault, section } from "./shared/settings";

type Table = typeof addonTable;

/** Sections of the add-ons that have settings. */
type Sections = {
  readonly [
    Name in keyof Table as Table[Name] extends { readonly settings: unknown } ? Name : never
  ]: Table[Name] extends { readonly settings: infer Section } ? Section : never;
};

const sections = Object.fromEntries(
  Object.entries(addonTable).flatMap(([name, addon]) => ("settings" in addon ? [[name, addon.settings]] : [])),
) as Sections;

/** `addons`: one section per add-on. */
export const addonsSettings = section("Programs that Holdfast installs inside the cluster.", {
  enabled: onByDefault(
    "Create the objects inside the cluster, such as add-ons and tenants. `false`: the stack creates no Kubernetes objects.",
  ),
  apiTimeoutMinutes: wholeNumber(0, 120, {
    description: "Time for which `pulumi up` waits for the API server. 0: no wait.",
    unit: "minutes",
  }).default(20),
  ...sections,
}).meta({
  examples: [{ podNetwork: { provider: "flannel" }, dns: { minReplicas: 3, nodeLocalCache: { enabled: true } } }],
});

export type AddonsSpec = Parsed<typeof addonsSettings>;

/** Add-ons that have a switch. */
export type SwitchableAddon = {
  [Name in keyof AddonsSpec]: AddonsSpec[Name] extends { readonly enabled: boolean } ? Name : never;
}[keyof AddonsSpec];

export function isAddonEnabled({ addons }: { readonly addons: AddonsSpec }, name: SwitchableAddon): boolean {
  return addons.enabled && addons[name].enabled;
}

export function* checkAddons(spec: ClusterSpec): Iterable<Finding> {
  for (const [, { check }] of enabledAddons(spec)) yield* check?.(spec) ?? [];
}
