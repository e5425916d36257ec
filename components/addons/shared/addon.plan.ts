import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";

import type { ClusterSpec } from "../../clusterSpec";
import type { Finding } from "../../settings/problems";
import type { AddonArgs } from "./addonArgs";
import type { ImageSource } from "./images.plan";

/** Class of a component of an add-on. */
export type ComponentClass = new (
  name: string,
  args: AddonArgs,
  options: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/** Component of an add-on, before it is created. */
export interface ComponentPlan {
  /** Last part of its resource name; short, because names of IAM roles derive from it (64 characters). */
  readonly name: string;
  /** True for a component without which pods cannot be scheduled; the components of other add-ons depend on it. */
  readonly prerequisite?: boolean;
  /** Condition besides the add-on's switch. Default: true. */
  readonly condition?: (spec: ClusterSpec) => boolean;
  /** Images and charts that nodes pull images for. Default: none. */
  readonly images?: (spec: ClusterSpec) => readonly ImageSource[];
}

/**
 * Plans of all components of a module, by class. A component is found by this name: class `Cilium` is in `cilium.ts` of the
 * add-on's folder.
 */
export type Components<Module> = {
  readonly [Class in keyof Module as Module[Class] extends ComponentClass ? Class : never]: ComponentPlan;
};

/** Exports of an add-on's `addon.plan.ts`. It loads without Pulumi: settings and plans read it. */
export interface Addon {
  /** Section of the settings below `addons`. If it has a field `enabled`, this is the add-on's switch. */
  readonly settings?: z.ZodType;
  /** Checks of the section, if the add-on is enabled. */
  readonly check?: (spec: ClusterSpec) => Iterable<Finding>;
  readonly components: Readonly<Record<string, ComponentPlan>>;
}
