import type { ClusterSpec } from "../clusterSpec";
import { valueAt } from "../settings/problems";
import * as certificateApprover from "./certificateApprover/addon.plan";
import * as cloudController from "./cloudController/addon.plan";
import * as clusterAutoscaler from "./clusterAutoscaler/addon.plan";
import * as dns from "./dns/addon.plan";
import * as ebsCsiDriver from "./ebsCsiDriver/addon.plan";
import * as externalDns from "./externalDns/addon.plan";
import * as gpuDevicePlugin from "./gpuDevicePlugin/addon.plan";
import * as gvisor from "./gvisor/addon.plan";
import * as metricsServer from "./metricsServer/addon.plan";
import * as nodeProblemDetector from "./nodeProblemDetector/addon.plan";
import * as nodeTerminationHandler from "./nodeTerminationHandler/addon.plan";
import * as podNetwork from "./podNetwork/addon.plan";
import * as priorityClasses from "./priorityClasses/addon.plan";
import type { Addon, ComponentPlan } from "./shared/addon.plan";
import type { ImageSource } from "./shared/images.plan";

/** Add-ons by folder, which is also the name of their section, in the order of the settings reference. */
export const addonTable = {
  priorityClasses,
  podNetwork,
  cloudController,
  dns,
  certificateApprover,
  metricsServer,
  ebsCsiDriver,
  nodeTerminationHandler,
  clusterAutoscaler,
  nodeProblemDetector,
  externalDns,
  gpuDevicePlugin,
  gvisor,
};

/** Add-ons that are not disabled, by folder; none with `addons.enabled: false`. */
export function enabledAddons({ addons }: Pick<ClusterSpec, "addons">): readonly (readonly [string, Addon])[] {
  if (!addons.enabled) return [];
  return Object.entries<Addon>(addonTable).filter(([folder]) => valueAt(addons, [folder, "enabled"]) !== false);
}

/** Component of an add-on, and the place of its class. */
export interface PlannedComponent extends ComponentPlan {
  readonly folder: string;
  readonly className: string;
}

/** Components of the enabled add-ons whose conditions are met. */
export function plannedComponents(spec: ClusterSpec): readonly PlannedComponent[] {
  return enabledAddons(spec).flatMap(([folder, { components }]) =>
    Object.entries(components)
      .filter(([, { condition }]) => condition?.(spec) ?? true)
      .map(([className, plan]) => ({ folder, className, ...plan })),
  );
}

/** Images and charts of the enabled add-ons. */
export function addonImages(spec: ClusterSpec): readonly ImageSource[] {
  return plannedComponents(spec).flatMap(({ images }) => images?.(spec) ?? []);
}
