/** EventBridge Scheduler: calls the targets of the plan's schedules, as their roles, when they are due. */
import { AutoScalingClient, StartInstanceRefreshCommand } from "@aws-sdk/client-auto-scaling";
import type { StartInstanceRefreshCommandInput } from "@aws-sdk/client-auto-scaling";
import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import { messageOf } from "../../cli/program";
import type { RoleSession } from "./iam/enforcement";
import { nameInPath } from "./iam/policyStore";
import type { CloudResource } from "./resources/resourceHandler";

/** Schedule of the plan. */
interface Schedule {
  readonly name: string;
  readonly scheduleExpression: string;
  readonly target: { readonly arn: string; readonly roleArn: string; readonly input: string };
  /** ARN of its schedule group: the source of the call that assumes the role. */
  readonly groupArn: string;
}

export interface RolloutScheduleOptions {
  /** Created resources, at the time of the call. */
  readonly resources: () => readonly CloudResource[];
  readonly accountId: string;
  readonly region: string;
  readonly sts: STSClient;
  /** Address of the AWS API that checks permissions. */
  readonly endpoint: string;
  readonly addRoleSession: (session: RoleSession) => void;
  readonly report: (problem: string) => void;
}

const minuteMs = 60_000;

export class RolloutSchedules {
  constructor(private readonly options: RolloutScheduleOptions) {}

  /** Runs the due schedules at the start of each minute. */
  start(): void {
    const next = (): void => {
      const wait = minuteMs - (Date.now() % minuteMs);
      setTimeout(() => {
        void this.runDue(new Date());
        next();
      }, wait).unref();
    };
    next();
  }

  /** Calls the targets of the schedules that are due in a minute. Reports failures. */
  async runDue(now: Date): Promise<void> {
    const schedules = this.options.resources().filter(({ type }) => type === "aws:scheduler/schedule:Schedule");
    const due = schedules.map(scheduleOf).filter(({ scheduleExpression }) => isDue(scheduleExpression, now));
    for (const schedule of due) {
      await this.run(schedule).catch((error: unknown) => {
        this.options.report(`schedule ${schedule.name}: ${messageOf(error)}`);
      });
    }
  }

  private async run({ name, target, groupArn }: Schedule): Promise<void> {
    if (!target.arn.endsWith(":aws-sdk:autoscaling:startInstanceRefresh")) {
      throw new Error(`a rehearsal does not call ${target.arn}`);
    }
    const { sts, endpoint, region, accountId, addRoleSession } = this.options;
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: target.roleArn, RoleSessionName: "scheduler" }),
    );
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      ...(Credentials?.SessionToken !== undefined && { sessionToken: Credentials.SessionToken }),
    };
    addRoleSession({
      role: nameInPath(target.roleArn),
      name,
      credentials: { ...credentials, expires: Credentials?.Expiration?.getTime() },
      assumedBy: { type: "service", name: "scheduler.amazonaws.com" },
      action: "sts:AssumeRole",
      context: { "aws:SourceAccount": accountId, "aws:SourceArn": groupArn },
    });
    const client = new AutoScalingClient({ endpoint, region, credentials });
    const request = JSON.parse(target.input) as StartInstanceRefreshCommandInput;
    await client.send(new StartInstanceRefreshCommand(request)).finally(() => {
      client.destroy();
    });
  }
}

function scheduleOf({ name, inputs, outputs }: CloudResource): Schedule {
  const { scheduleExpression, target } = inputs as unknown as Pick<Schedule, "scheduleExpression" | "target">;
  const groupArn = String(outputs.arn).replace(/:schedule\/([^/]+)\/.*$/, ":schedule-group/$1");
  return { name, scheduleExpression, target, groupArn };
}

const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** True if a weekly cron expression is due in a minute, in UTC. @throws Error for another expression */
export function isDue(expression: string, now: Date): boolean {
  const [, minute, hour, days = ""] = /^cron\((\d+) (\d+) \? \* ([A-Z,]+) \*\)$/.exec(expression) ?? [];
  if (minute === undefined) throw new Error(`a rehearsal does not support the schedule ${expression}`);
  return (
    Number(minute) === now.getUTCMinutes() &&
    Number(hour) === now.getUTCHours() &&
    days.split(",").includes(weekdays[now.getUTCDay()] ?? "")
  );
}
