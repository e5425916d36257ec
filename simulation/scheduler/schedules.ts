import type { ScheduleArgs, ScheduleGroupArgs } from "@pulumi/aws/scheduler";

import { checkText } from "../core/checks";
import { resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";

const groupType = "aws:scheduler/scheduleGroup:ScheduleGroup";
const roleType = "aws:iam/role:Role";
const code = "ValidationException";

const nameRule = { maxLength: 64, pattern: /^[0-9a-zA-Z-_.]+$/, code };

/** Fields of a cron expression: minutes, hours, day of the month, month, day of the week, year. */
const cron = /^cron\((?:[\dA-Z*/,?#L-]+ ){5}[\dA-Z*/,?#L-]+\)$/;

const scheduleRules: readonly Rule<ScheduleArgs>[] = [
  {
    id: "schedule-expression",
    sentence:
      "A schedule expression is `at(…)`, `rate(…)` or `cron(…)` of six fields, of which the day of the month or the day of the week is `?`.",
    source: `${guides.scheduler}/UserGuide/schedule-types.html`,
    code,
    check({ inputs: { scheduleExpression: expression } }, violated) {
      if (/^(at|rate)\(.+\)$/.test(expression)) return;
      const [, , monthDay, , weekday] = expression.split(" ");
      if (cron.test(expression) && (monthDay === "?") !== (weekday === "?")) return;
      violated("scheduleExpression", `Invalid Schedule Expression ${expression}.`);
    },
  },
  {
    id: "schedule-retry-age",
    sentence: "`maximumEventAgeInSeconds` of a retry policy is 60 to 86,400.",
    source: `${guides.scheduler}/APIReference/API_RetryPolicy.html`,
    code,
    check({ inputs: { target } }, violated) {
      const age = target.retryPolicy?.maximumEventAgeInSeconds;
      if (age === undefined || (age >= 60 && age <= 86_400)) return;
      violated("target.retryPolicy.maximumEventAgeInSeconds", `Value ${age} must be a whole number from 60 to 86400`);
    },
  },
  {
    id: "schedule-role-trust",
    sentence: "The trust policy of a schedule's role lets `scheduler.amazonaws.com` assume it.",
    source: `${guides.scheduler}/UserGuide/setting-up.html`,
    code,
    check({ inputs: { target }, world }, violated) {
      const role = world.find(roleType, "arn", target.roleArn);
      if (role === undefined || toText(role.inputs.assumeRolePolicy).includes('"scheduler.amazonaws.com"')) return;
      const message = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.";
      violated("target.roleArn", message);
    },
  },
];

const scheduleGroup = resourceType<ScheduleGroupArgs>({
  token: groupType,
  replaceOn: ["name", "namePrefix"],
  autoName: { property: "name" },
  unique: ({ name }) => ({
    key: toText(name),
    property: "name",
    code: "ConflictException",
    message: `Schedule group ${toText(name)} already exists.`,
  }),
  check(request) {
    checkText(request, "name", request.inputs.name, nameRule);
    checkTags(request, request.inputs.tags);
  },
  create: ({ inputs, world }) => ({
    id: toText(inputs.name),
    outputs: { arn: world.arn("scheduler", `schedule-group/${toText(inputs.name)}`), state: "ACTIVE" },
  }),
});

const schedule = resourceType<ScheduleArgs>({
  token: "aws:scheduler/schedule:Schedule",
  replaceOn: ["name", "namePrefix", "groupName"],
  autoName: { property: "name" },
  rules: scheduleRules,
  unique: ({ name, groupName }) => ({
    key: `${toText(groupName)} ${toText(name)}`,
    property: "name",
    code: "ConflictException",
    message: `Schedule ${toText(name)} already exists.`,
  }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, nameRule);
    resolveReferenceBy(request, "groupName", inputs.groupName, {
      type: groupType,
      by: "name",
      code: "ResourceNotFoundException",
      message: `Schedule group ${toText(inputs.groupName)} does not exist.`,
    });
    resolveReferenceBy(request, "target.roleArn", inputs.target.roleArn, {
      type: roleType,
      by: "arn",
      code,
      message: "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    });
  },
  create: ({ inputs, world }) => {
    const path = `${inputs.groupName ?? "default"}/${toText(inputs.name)}`;
    return { id: path, outputs: { arn: world.arn("scheduler", `schedule/${path}`), state: inputs.state ?? "ENABLED" } };
  },
});

export const scheduleTypes = [scheduleGroup, schedule];
