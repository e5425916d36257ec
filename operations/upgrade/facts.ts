/** Facts that decide whether a cluster can be upgraded, as plain data. */
import type { Backup } from "../etcd/backups";
import type { MemberMetrics } from "../etcd/status";
import type { NodeFact } from "../validate/facts";
import type { FetchResult } from "../validate/result";

/** API that a client requested, and that a later Kubernetes minor does not serve. */
export interface DeprecatedApiFact {
  /** `resource.version.group`, as kubectl takes it. */
  readonly name: string;
  /** Minor version that removes it, such as `1.38`. */
  readonly removedIn: string;
}

/** Admission webhook that refuses requests while it does not answer (`failurePolicy: Fail`). */
export interface WebhookFact {
  /** Configuration and name of the webhook. */
  readonly name: string;
  /** `namespace/name` of its Service; absent: a URL. */
  readonly service?: string | undefined;
  /** The Service has a ready endpoint; absent without a Service. */
  readonly ready?: boolean | undefined;
  /** Called for objects in kube-system too. */
  readonly coversSystem: boolean;
}

/** PodDisruptionBudget that covers at least one pod. */
export interface BudgetFact {
  /** `namespace/name`. */
  readonly name: string;
  readonly pods: number;
  /** Pods that must stay healthy. */
  readonly required: number;
  readonly healthy: number;
}

export interface UpgradeFacts {
  readonly now: Date;
  readonly nodes: FetchResult<readonly NodeFact[]>;
  readonly deprecatedApis: FetchResult<readonly DeprecatedApiFact[]>;
  readonly webhooks: FetchResult<readonly WebhookFact[]>;
  readonly budgets: FetchResult<readonly BudgetFact[]>;
  readonly members: FetchResult<ReadonlyMap<string, MemberMetrics>>;
  /** Newest first. */
  readonly backups: FetchResult<readonly Backup[]>;
  /** Problems of the stack file with the target version; empty if it is valid. */
  readonly settings: readonly { readonly path: string; readonly message: string }[];
}
