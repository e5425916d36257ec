/** Every rule of docs/aws-rules.md refuses its example, and accepts the example without the violation. */
import type { Properties } from "../../../simulation/core/resourceType";
import { ineffectiveCode } from "../../../simulation/core/rule";
import { resourceTypes } from "../../../simulation/registry";
import { createTestAccount } from "../testAccount";
import type { TestAccount } from "../testAccount";
import { autoscalingExamples } from "./autoscaling";
import { ec2Examples } from "./ec2";
import type { Change, ExamplesByType } from "./example";
import { serviceExamples } from "./services";
import { storageExamples } from "./storage";

const examples: ExamplesByType = { ...autoscalingExamples, ...ec2Examples, ...serviceExamples, ...storageExamples };

const rulesOf = (type: string) => resourceTypes.get(type)?.rules ?? [];

const resolve = (change: Change, account: TestAccount): Properties | Promise<Properties> =>
  typeof change === "function" ? change(account) : change;

test("every rule has an example", () => {
  const ids = [...resourceTypes.keys()].flatMap((type) => rulesOf(type).map(({ id }) => `${type} ${id}`));
  const shown = Object.entries(examples).flatMap(([type, { violations }]) =>
    Object.keys(violations).map((id) => `${type} ${id}`),
  );
  expect(shown.sort()).toEqual(ids.sort());
});

test("rules have unique ids, a sentence and a page of AWS as source", () => {
  const all = [...resourceTypes.values()].flatMap(({ rules = [] }) => rules);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const { id, sentence, source } of all) {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect(sentence).toMatch(/^[A-Z`].*[.)]$/);
    expect(source).toMatch(/^https:\/\/docs\.(aws\.amazon\.com|amazonaws\.cn)\/.+\.html$/);
  }
});

describe.each(Object.entries(examples))("%s", (type, { valid, violations, previous = {} }) => {
  test("accepts the valid example", async () => {
    const account = await createTestAccount();
    expect((await account.request(type, "subject", await resolve(valid, account))).refusals).toEqual([]);
  });

  test.each(Object.entries(violations))("%s", async (id, violation) => {
    const account = await createTestAccount();
    const inputs = { ...(await resolve(valid, account)), ...(await resolve(violation, account)) };
    const { refusals } = await account.request(type, "subject", inputs, account.world, previous[id]);
    const code = rulesOf(type).find((rule) => rule.id === id)?.code ?? ineffectiveCode;
    expect(refusals).toContainEqual(expect.objectContaining({ rule: id, code }));
  });
});
