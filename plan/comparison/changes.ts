import type { SettingsChange } from "../../components/changes/settingsChange.plan";
import type { CostDifference } from "../cost/costDifference";
import type { Difference } from "./differences";
import type { ChangedLine } from "./lineDiff";

/** Changes that `pulumi up` would make to turn the stack of one plan into that of another. */

export type Action = "create" | "update" | "replace" | "delete";

/** Changed property of a resource. */
export interface PropertyChange extends Difference {
  /** True if the change requires a replacement. */
  readonly replaces: boolean;
  /** URN of the resource whose new id, version or key the property holds; `after` still shows the old one. */
  readonly follows: string | undefined;
}

/** Change of one resource. */
export interface ResourceChange {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string | undefined;
  readonly action: Action;
  /** Changed properties of an update or a replacement. */
  readonly changes: readonly PropertyChange[];
  /** True if the engine refuses to delete or replace the resource because it is protected. */
  readonly protected: boolean;
  /** True if the resource stays in AWS after the stack has deleted or replaced it. */
  readonly retained: boolean;
}

export interface Comparison {
  readonly stack: string;
  /** In the order of the engine: created and changed in the order of registration, then deleted in reverse order. */
  readonly changes: readonly ResourceChange[];
  readonly unchanged: number;
  /** Groups whose instances the changes replace. */
  readonly rollouts: readonly Rollout[];
  /** Changed files of the node bundles. */
  readonly files: readonly FileChange[];
  readonly protection: Protection;
  /** Changed settings that have more than the effect of a resource's update, refused ones first. */
  readonly settings: readonly SettingsChange[];
  /** Steps of the rollouts, in order. */
  readonly order: readonly string[];
  /** Names of stateful resources that are deleted or replaced, without those in `confirmLoss`. */
  readonly losses: readonly string[];
  /** Difference of the monthly cost, if both plans have been priced. */
  readonly cost?: CostDifference | undefined;
}

/** Replacement of all instances of an Auto Scaling group. */
export interface Rollout {
  /** Name of the Auto Scaling group. */
  readonly group: string;
  readonly min: number;
  readonly max: number;
  /** Changed properties of the launch template or the group. */
  readonly reasons: readonly string[];
}

/** Changed file of a node bundle. */
export interface FileChange {
  readonly path: string;
  readonly action: "create" | "update" | "delete";
  /** Changed lines of an updated file; undefined if there are too many. */
  readonly lines?: readonly ChangedLine[] | undefined;
}

/** Names of resources whose deletion protection changes. Protection is an option, not a property of a resource. */
export interface Protection {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}
