/** The rehearsal's clock starts due schedules as their role; the plan's policies decide, with the IAM evaluator. */
import { planStack } from "../../../plan/planStack";
import type { Plan } from "../../../plan/planStack";
import { isDue, RolloutSchedules } from "../../../rehearsal/aws/rolloutSchedules";
import { accountId, Front, region } from "./iam/front";

// 28 November 2026 is a Saturday.
const saturday = (time: string): Date => new Date(`2026-11-28T${time}Z`);

test.each([
  ["cron(0 2 ? * SAT *)", "02:00:59", true],
  ["cron(0 2 ? * MON,SAT *)", "02:00:00", true],
  ["cron(0 2 ? * SUN *)", "02:00:00", false],
  ["cron(30 2 ? * SAT *)", "02:00:00", false],
  ["cron(0 14 ? * SAT *)", "02:00:00", false],
])("%s at %s on a Saturday is due: %s", (expression, time, expected) => {
  expect(isDue(expression, saturday(time))).toBe(expected);
});

test("other expressions are errors", () => {
  expect(() => isDue("rate(1 day)", saturday("02:00:00"))).toThrow("does not support the schedule rate(1 day)");
});

describe("schedules of a plan", () => {
  let plan: Plan;
  let front: Front;
  const problems: string[] = [];

  beforeAll(async () => {
    const maintenance = { windows: [{ days: ["Sat"], start: "02:00", hours: 4 }] };
    plan = await planStack("staging", { overrides: { maintenance } });
  });
  beforeEach(async () => {
    problems.length = 0;
    front = await Front.start(plan, "enforce");
  });
  afterEach(() => front.stop());

  const run = async (now: Date, source = accountId): Promise<void> => {
    const Credentials = { AccessKeyId: "ASIA1", SecretAccessKey: "secret", SessionToken: "token" };
    const sts = { send: () => Promise.resolve({ Credentials }) } as never;
    const schedules = new RolloutSchedules({
      ...{ resources: () => front.resources, accountId: source, region, sts, endpoint: front.url },
      addRoleSession: (session) => {
        front.iam.addRoleSession(session);
      },
      report: (problem) => problems.push(problem),
    });
    await schedules.runDue(now);
  };

  test("nothing starts outside of the windows", async () => {
    await run(saturday("03:00:00"));
    expect([problems, front.arrived]).toEqual([[], []]);
  });

  test("a rollout of each group starts in the window, as the role of the schedules", async () => {
    await run(saturday("02:00:00"));
    expect(problems).toEqual([]);
    const groups = front.resources.filter(({ type }) => type === "aws:autoscaling/group:Group");
    expect(front.arrived).toHaveLength(groups.length);
    expect(front.iam.report().unused.map(({ sid }) => sid)).not.toContain("StartRollouts");
  });

  test("the role's trust policy refuses the service for another account", async () => {
    await run(saturday("02:00:00"), "999999999999");
    expect(front.arrived).toEqual([]);
    expect(problems[0]).toMatch(/^schedule staging-maintenance-.*: access key ASIA1 does not exist$/);
  });

  test.each([
    ["the cluster's group", {}, true],
    ["a group of another cluster", { tags: { "holdfast:cluster": "other" } }, false],
    ["a group with another name", { name: "staging2-worker-general" }, false],
  ])("the role may start a rollout of %s: %s", (_title, change, expected) => {
    const role = front.find("aws:iam/role:Role", "maintenance");
    const { name = "staging-worker-general", tags = { "holdfast:cluster": "staging" } } = change as {
      readonly name?: string;
      readonly tags?: Readonly<Record<string, string>>;
    };
    const roleName = String(role.outputs.name);
    const decision = front.iam.decide({
      principal: {
        type: "role",
        roleArn: `arn:aws:iam::${accountId}:role/${roleName}`,
        sessionArn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/scheduler`,
      },
      action: "autoscaling:StartInstanceRefresh",
      resource: `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:x:autoScalingGroupName/${name}`,
      context: Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
    });
    expect(decision.allowed).toBe(expected);
  });
});
