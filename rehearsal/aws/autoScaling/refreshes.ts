/** Instance refreshes of the groups: started, looked at, cancelled, and carried out a step at a time. */
import { randomUUID } from "node:crypto";
import type { AutoScaling } from "./autoScaling";
import {
  nextStep,
  outdated,
  percentageComplete,
  type RefreshPreferences,
  type RefreshState,
  type RefreshStatus,
} from "./refresh.plan";
import { AwsRefusal } from "../api/awsRefusal";

/** Auto Scaling looks every minute or so; people here wait. */
const lookAgainMs = 1_000;

interface Refresh extends RefreshState {
  readonly id: string;
  readonly group: string;
  status: RefreshStatus;
  reason?: string;
  remaining: number;
  endedAt?: number;
}

/** A refresh as the API shows it. */
export interface ShownRefresh {
  readonly InstanceRefreshId: string;
  readonly AutoScalingGroupName: string;
  readonly Status: RefreshStatus;
  readonly StatusReason?: string;
  readonly StartTime: Date;
  readonly EndTime?: Date;
  readonly PercentageComplete: number;
  readonly InstancesToUpdate: number;
  readonly Preferences: Readonly<Record<string, string | number | boolean>>;
}

export class Refreshes {
  readonly #all: Refresh[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly scaling: AutoScaling,
    private readonly report: (problem: string) => void,
  ) {}

  /**
   * Begins a refresh.
   * @returns its id.
   * @throws AwsRefusal while another one of the group goes on.
   */
  async start(group: string, preferences: RefreshPreferences): Promise<string> {
    const seen = await this.scaling.refreshedGroup(group);
    if (this.active(group) !== undefined) {
      const message = "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.";
      throw new AwsRefusal("InstanceRefreshInProgress", message);
    }
    const startedAt = Date.now();
    const toReplace = outdated(seen, preferences, startedAt).length;
    const refresh = { id: randomUUID(), group, preferences, startedAt, toReplace, remaining: toReplace };
    this.#all.unshift({ ...refresh, status: "Pending" });
    this.schedule();
    return refresh.id;
  }

  /**
   * Ends the refresh of a group where it is; what it has replaced stays so.
   * @returns its id.
   * @throws AwsRefusal if none goes on.
   */
  async cancel(group: string): Promise<string> {
    const refresh = this.active(group);
    if (refresh === undefined) {
      const message = `No in progress or pending Instance Refresh found for Auto Scaling group ${group}`;
      throw new AwsRefusal("ActiveInstanceRefreshNotFound", message);
    }
    refresh.status = "Cancelling";
    await this.scaling.dropSurplus(group);
    this.end(refresh, "Cancelled");
    return refresh.id;
  }

  /** The group's refreshes, newest first; of those named, where some are. */
  describe(group: string, ids: readonly string[] = []): ShownRefresh[] {
    return this.#all.filter((each) => each.group === group && (ids.length === 0 || ids.includes(each.id))).map(shown);
  }

  private active(group: string): Refresh | undefined {
    return this.#all.find(
      (each) => each.group === group && ["Pending", "InProgress", "Cancelling"].includes(each.status),
    );
  }

  private schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.look().then(
        () => {
          this.again();
        },
        (error: unknown) => {
          this.report(error instanceof Error ? error.message : String(error));
          this.again();
        },
      );
    }, lookAgainMs).unref();
  }

  private again(): void {
    this.#timer = undefined;
    if (this.#all.some(({ status }) => status === "Pending" || status === "InProgress")) this.schedule();
  }

  private async look(): Promise<void> {
    for (const refresh of this.#all.filter(({ status }) => status === "Pending" || status === "InProgress")) {
      await this.carryOn(refresh);
    }
  }

  private async carryOn(refresh: Refresh): Promise<void> {
    const step = nextStep(refresh, await this.scaling.refreshedGroup(refresh.group), Date.now());
    // cancelled meanwhile
    if (refresh.status !== "Pending" && refresh.status !== "InProgress") return;
    refresh.status = step.status;
    refresh.remaining = step.remaining;
    if (step.reason === undefined) delete refresh.reason;
    else refresh.reason = step.reason;
    if (step.status !== "InProgress") {
      this.end(refresh, step.status);
      return;
    }
    if (step.launch > 0) await this.scaling.launchSurplus(refresh.group, step.launch);
    for (const id of step.terminate) await this.scaling.replace(id);
  }

  private end(refresh: Refresh, status: RefreshStatus): void {
    refresh.status = status;
    refresh.endedAt = Date.now();
  }
}

function shown(refresh: Refresh): ShownRefresh {
  const { id, group, status, reason, startedAt, endedAt, remaining, preferences } = refresh;
  return {
    InstanceRefreshId: id,
    AutoScalingGroupName: group,
    Status: status,
    ...(reason !== undefined && { StatusReason: reason }),
    StartTime: new Date(startedAt),
    ...(endedAt !== undefined && { EndTime: new Date(endedAt) }),
    PercentageComplete: percentageComplete(refresh, remaining),
    InstancesToUpdate: remaining,
    Preferences: {
      MinHealthyPercentage: preferences.minHealthyPercentage,
      MaxHealthyPercentage: preferences.maxHealthyPercentage,
      InstanceWarmup: preferences.instanceWarmup,
      SkipMatching: preferences.skipMatching,
      ScaleInProtectedInstances: preferences.scaleInProtectedInstances,
    },
  };
}
