/** Instance refreshes of all groups. */
import { randomUUID } from "node:crypto";
import { messageOf } from "../../../cli/program";
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

/** Interval between two steps. AWS takes about a minute. */
const stepIntervalMs = 1_000;

interface Refresh extends RefreshState {
  readonly id: string;
  readonly group: string;
  status: RefreshStatus;
  reason?: string;
  remaining: number;
  endedAt?: number;
}

export class Refreshes {
  readonly #all: Refresh[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly scaling: AutoScaling,
    private readonly report: (problem: string) => void,
  ) {}

  /** Starts a refresh and returns its id. @throws AwsRefusal while another refresh of the group is active */
  async start(group: string, preferences: RefreshPreferences): Promise<string> {
    const current = await this.scaling.refreshedGroup(group);
    if (this.active(group) !== undefined) {
      const message = "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.";
      throw new AwsRefusal("InstanceRefreshInProgress", message);
    }
    const startedAt = Date.now();
    const toReplace = outdated(current, preferences, startedAt).length;
    const refresh = { id: randomUUID(), group, preferences, startedAt, toReplace, remaining: toReplace };
    this.#all.unshift({ ...refresh, status: "Pending" });
    this.schedule();
    return refresh.id;
  }

  /** Cancels the refresh of a group, which keeps its replaced instances, and returns its id. @throws AwsRefusal if there is none */
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

  /** Refreshes of a group, newest first, optionally filtered by id, as the API shows them. */
  describe(group: string, ids: readonly string[] = []): object[] {
    return this.#all
      .filter((each) => each.group === group && (ids.length === 0 || ids.includes(each.id)))
      .map(describeRefresh);
  }

  private active(group: string): Refresh | undefined {
    return this.#all.find(
      (each) => each.group === group && ["Pending", "InProgress", "Cancelling"].includes(each.status),
    );
  }

  private schedule(): void {
    this.#timer ??= setTimeout(() => void this.runSteps(), stepIntervalMs).unref();
  }

  private async runSteps(): Promise<void> {
    const isRunning = ({ status }: Refresh): boolean => status === "Pending" || status === "InProgress";
    try {
      for (const refresh of this.#all.filter(isRunning)) await this.runStep(refresh);
    } catch (error) {
      this.report(messageOf(error));
    }
    this.#timer = undefined;
    if (this.#all.some(isRunning)) this.schedule();
  }

  private async runStep(refresh: Refresh): Promise<void> {
    const step = nextStep(refresh, await this.scaling.refreshedGroup(refresh.group), Date.now());
    // The refresh may have been canceled meanwhile.
    if (refresh.status !== "Pending" && refresh.status !== "InProgress") return;
    const { status, remaining, reason } = step;
    Object.assign(refresh, { status, remaining, reason });
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

function describeRefresh(refresh: Refresh): object {
  const { id, group, status, reason, startedAt, endedAt, remaining, preferences } = refresh;
  return {
    InstanceRefreshId: id,
    AutoScalingGroupName: group,
    Status: status,
    StatusReason: reason,
    StartTime: new Date(startedAt),
    EndTime: endedAt && new Date(endedAt),
    PercentageComplete: percentageComplete(refresh, remaining),
    InstancesToUpdate: remaining,
    Preferences: preferences,
  };
}
