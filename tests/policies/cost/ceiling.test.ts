/** Parameters of the policy cost-ceiling. */
import { aws } from "../../../policies/model/types";
import { Unknown } from "../../../policies/model/value";
import { evaluateRule, resource, ruleNamed } from "../fixtures";

const rule = ruleNamed("cost-ceiling");
const template = resource(aws.launchTemplate, { instanceType: "m6i.large" }, { name: "template" });
const group = (inputs: object) =>
  resource(aws.autoscalingGroup, { ...inputs }, { name: "pool", of: { launchTemplate: ["template"] } });
const messages = (subjects: Parameters<typeof evaluateRule>[1], properties: object) =>
  evaluateRule(rule, subjects, properties).map(({ verdict, message }) => `${verdict}: ${message}`);

test("poolSize selects the size of the groups", () => {
  const subjects = [template, group({ minSize: 1, maxSize: 10 })];
  // 0.096 USD per hour in us-east-1, and the traffic between zones.
  expect(messages(subjects, { maxMonthlyUsd: 100 })).toEqual([
    expect.stringMatching(
      /^violation: The stack costs 7\d\d\.\d\d USD per month at maximum size, more than the ceiling of 100\.00 USD\./,
    ),
  ]);
  expect(messages(subjects, { maxMonthlyUsd: 100, poolSize: "min" })).toEqual([]);
  expect(messages(subjects, { maxMonthlyUsd: 50, poolSize: "min" })).toEqual([
    expect.stringContaining("at minimum size"),
  ]);
});

test("requirePrices reports resources whose price is unknown", () => {
  const subjects = [group({ minSize: 1, maxSize: 1 })];
  expect(messages(subjects, {})).toEqual([]);
  expect(messages(subjects, { requirePrices: true })).toEqual([
    expect.stringContaining("The cost is incomplete: its launch template is not part of the stack;"),
  ]);
});

test("an unknown size is undecided", () => {
  expect(messages([template, group({ minSize: 1, maxSize: new Unknown() })], {})).toEqual([
    expect.stringMatching(/^undecided: maxSize is known only during the update\./),
  ]);
});
