/** Parameters of the policy node-age. */
import { aws, roleTag } from "../../policies/model/types";
import { evaluateRule, resource, ruleNamed } from "./fixtures";

const group = (role: string, maxInstanceLifetime?: number) =>
  resource(aws.autoscalingGroup, { tags: [{ key: roleTag, value: role }], maxInstanceLifetime });

const violations = (subject: ReturnType<typeof group>, properties: object): number =>
  evaluateRule(ruleNamed("node-age"), [subject], properties).length;

const thirtyDays = 30 * 86_400;

it.each<[string, ReturnType<typeof group>, object, number]>([
  ["a group without a limit", group("worker"), {}, 0],
  ["a group without a required limit", group("worker"), { requireLimit: true }, 1],
  ["members without a required limit", group("control-plane"), { requireLimit: true }, 0],
  ["the accepted age", group("worker", thirtyDays), { maxDays: 30, requireLimit: true }, 0],
  ["more than the accepted age", group("worker", thirtyDays), { maxDays: 29 }, 1],
])("%s", (_title, subject, properties, count) => {
  expect(violations(subject, properties)).toBe(count);
});
