import type { Difference } from "./differences";
import type { ChangedLine } from "./lineDiff";

/** What `pulumi up` would do to a stack that is as one plan says, to make it as another one says. */

export type Action = "create" | "update" | "replace" | "delete";

/** A changed property of a resource. */
export interface PropertyChange extends Difference {
  /** Whether AWS can only make a new resource of it. */
  readonly replaces: boolean;
  /** URN of the resource whose new id, version or key it is; `after` then still has the one before the change. */
  readonly follows: string | undefined;
}

/** What becomes of one resource. */
export interface ResourceChange {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string | undefined;
  readonly action: Action;
  /** Changed properties of an update or a replacement. */
  readonly changes: readonly PropertyChange[];
  /** The engine refuses to delete it, and so to replace it, until protection is taken away. */
  readonly protected: boolean;
  /** The resource stays in AWS when the stack lets go of it. */
  readonly retained: boolean;
}

export interface Comparison {
  readonly stack: string;
  /** In the order in which the engine goes: made and changed as registered, then deleted in reverse. */
  readonly changes: readonly ResourceChange[];
  readonly unchanged: number;
  /** Groups whose machines the changes replace. */
  readonly rollouts: readonly Rollout[];
  /** Files that machines get and that differ. */
  readonly files: readonly FileChange[];
  readonly protection: Protection;
}

/** A group whose machines are replaced, because new ones are to be different. */
export interface Rollout {
  /** Name of the Auto Scaling group. */
  readonly group: string;
  readonly min: number;
  readonly max: number;
  /** Properties of the launch template, or of the group, in which new machines differ. */
  readonly because: readonly string[];
}

/** A file of the node bundle. */
export interface FileChange {
  readonly path: string;
  readonly action: "create" | "update" | "delete";
  /** Lines of an updated file that differ; absent where it is too long to compare. */
  readonly lines?: readonly ChangedLine[];
}

/** Names of resources that are protected from deletion by now, or are no longer. The engine tells it apart from changes. */
export interface Protection {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}
