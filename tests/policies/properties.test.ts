/** No rule crashes, and none takes what it cannot see for good, whatever the stacks' resources are made of. */
import { planStack } from "../../plan/planStack";
import { subjectsOf } from "../../plan/verdicts";
import { packConfig } from "../../policies/model/config";
import { judge, judgeResource, stackType } from "../../policies/model/evaluate";
import type { Outcome } from "../../policies/model/evaluate";
import { Resource } from "../../policies/model/stack";
import type { Subject } from "../../policies/model/stack";
import { Unknown } from "../../policies/model/value";
import { rules } from "../../policies/rules";
import { today } from "./scene";

const config = packConfig(rules, "prod", { all: "mandatory" });
const alone = rules.filter(({ judges }) => judges === "resource");
const together = rules.filter(({ judges }) => judges !== "resource");

const unknown = new Unknown();
/** What may stand where an input should; `undefined`: it is missing. */
const instead: readonly (readonly [string, unknown])[] = [
  ["unknown", unknown],
  ["missing", undefined],
  ["null", null],
  ["a number", 7],
  ["a text", "{"],
  ["a list", [[unknown], "x", 3]],
  ["a mapping", { x: unknown, rule: [1], "aws:x": {} }],
];

const withInput = (subject: Subject, input: string, value: unknown): Subject => ({
  ...subject,
  inputs: { ...subject.inputs, [input]: value },
});

/** With the input's own parts replaced one by one, where it has some. */
function withPart(subject: Subject, input: string, value: unknown): readonly Subject[] {
  const whole: unknown = subject.inputs[input];
  if (typeof whole !== "object" || whole === null) return [];
  return Object.keys(whole).map((key) => {
    const parts = { ...whole, [key]: value };
    return withInput(subject, input, Array.isArray(whole) ? Object.values(parts) : parts);
  });
}

/** Resources by who refers to whom, in both directions. */
function neighbours(subjects: readonly Subject[]): ReadonlyMap<string, ReadonlySet<Subject>> {
  const byUrn = new Map(subjects.map((subject) => [subject.urn, subject]));
  const near = new Map(subjects.map(({ urn }) => [urn, new Set<Subject>()]));
  for (const from of subjects) {
    for (const urn of Object.values(from.propertyDependencies).flat()) {
      const to = byUrn.get(urn);
      if (to === undefined) continue;
      near.get(from.urn)?.add(to);
      near.get(to.urn)?.add(from);
    }
  }
  return near;
}

function aloneOn(subject: Subject): readonly Outcome[] {
  const resource = new Resource(subject);
  return alone
    .filter(({ types }) => types.includes(subject.type))
    .flatMap((rule) => judgeResource(rule, resource, { today, config: config.get(rule.name) ?? fail(rule.name) }));
}

function fail(what: string): never {
  throw new Error(what);
}

describe.each(["dev", "staging", "prod"])("the stack %s", (stack) => {
  let subjects: readonly Subject[] = [];
  let inputs: readonly (readonly [Subject, string])[] = [];
  beforeAll(async () => {
    subjects = subjectsOf((await planStack(stack)).resources);
    inputs = subjects.flatMap((subject) => Object.keys(subject.inputs).map((input) => [subject, input] as const));
  });

  test("each input of each resource in turn, unknown, missing or of a wrong type: rules about one resource", () => {
    let judged = 0;
    for (const [subject, input] of inputs) {
      for (const [what, value] of instead) {
        for (const changed of [withInput(subject, input, value), ...withPart(subject, input, value)]) {
          try {
            aloneOn(changed);
          } catch (error) {
            fail(`${subject.name}.${input} as ${what}: ${String(error)}`);
          }
          judged += 1;
        }
      }
    }
    expect(judged).toBeGreaterThan(inputs.length * instead.length);
  });

  test("the same for rules about what belongs together", () => {
    const near = neighbours(subjects);
    for (const [subject, input] of inputs) {
      const around = [...(near.get(subject.urn) ?? [])];
      for (const [what, value] of instead) {
        try {
          judge(together, [withInput(subject, input, value), ...around], config, today);
        } catch (error) {
          fail(`${subject.name}.${input} as ${what}: ${String(error)}`);
        }
      }
    }
    expect(inputs.length).toBeGreaterThan(500);
  });

  test("a rule that reads an input never passes while it is unknown", () => {
    let reads = 0;
    for (const subject of subjects) {
      for (const rule of alone.filter(({ types }) => types.includes(subject.type))) {
        const circumstances = { today, config: config.get(rule.name) ?? fail(rule.name) };
        for (const input of readBy((seen) => judgeResource(rule, new Resource(seen), circumstances), subject)) {
          const outcomes = judgeResource(rule, new Resource(withInput(subject, input, unknown)), circumstances);
          if (outcomes.length === 0) fail(`${rule.name} passes ${subject.name} with ${input} unknown`);
          reads += 1;
        }
      }
    }
    expect(reads).toBeGreaterThan(200);
  });

  test("with everything unknown, nothing crashes and no rule that has something to judge is silent", () => {
    const blank = subjects.map((subject) => ({
      ...subject,
      inputs: Object.fromEntries(Object.keys(subject.inputs).map((key) => [key, unknown])),
      identifiers: [],
    }));
    const outcomes = judge(rules, blank, config, today);
    expect(outcomes.filter(({ verdict }) => verdict === "undecided").length).toBeGreaterThan(100);
    expect(subjects.some(({ type }) => type === stackType)).toBe(true);
  });
});

/** Names of the inputs that a judgement looks at. */
function readBy(judgement: (subject: Subject) => unknown, subject: Subject): readonly string[] {
  const seen = new Set<string>();
  const inputs = new Proxy(subject.inputs, {
    get: (target, key) => {
      if (typeof key === "string" && key in target) seen.add(key);
      return Reflect.get(target, key) as unknown;
    },
  });
  judgement({ ...subject, inputs });
  return [...seen];
}
