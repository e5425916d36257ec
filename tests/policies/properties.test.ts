/** No rule crashes or passes on unreadable inputs, tried on every input of the stacks of this project. */
import { planStack } from "../../plan/planStack";
import { subjectsOf } from "../../plan/verdicts";
import { packConfig } from "../../policies/model/config";
import type { RuleConfig } from "../../policies/model/config";
import { evaluateResource, evaluateRules, stackType } from "../../policies/model/evaluate";
import type { Outcome } from "../../policies/model/evaluate";
import type { Rule } from "../../policies/model/rule";
import { Resource } from "../../policies/model/stack";
import type { Subject } from "../../policies/model/stack";
import { Unknown } from "../../policies/model/value";
import { rules } from "../../policies/rules";
import { today } from "./fixtures";

const config = packConfig(rules, "prod", { all: "mandatory" });
const resourceRules = rules.filter(({ scope }) => scope === "resource");
const otherRules = rules.filter(({ scope }) => scope !== "resource");

const unknown = new Unknown();
const replacements: readonly (readonly [string, unknown])[] = [
  ["unknown", unknown],
  ["missing", undefined],
  ["null", null],
  ["a number", 7],
  ["a string", "{"],
  ["a list", [[unknown], "x", 3]],
  ["an object", { x: unknown, rule: [1], "aws:x": {} }],
];

const withInput = (subject: Subject, input: string, value: unknown): Subject => ({
  ...subject,
  inputs: { ...subject.inputs, [input]: value },
});

/** Copies of the subject with each element or property of the input replaced in turn. */
function withParts(subject: Subject, input: string, value: unknown): readonly Subject[] {
  const whole: unknown = subject.inputs[input];
  if (typeof whole !== "object" || whole === null) return [];
  return Object.keys(whole).map((key) => {
    const parts = { ...whole, [key]: value };
    return withInput(subject, input, Array.isArray(whole) ? Object.values(parts) : parts);
  });
}

/** Related resources of each URN, in both directions. */
function neighborsByUrn(subjects: readonly Subject[]): ReadonlyMap<string, ReadonlySet<Subject>> {
  const byUrn = new Map(subjects.map((subject) => [subject.urn, subject]));
  const neighbors = new Map(subjects.map(({ urn }) => [urn, new Set<Subject>()]));
  for (const from of subjects) {
    for (const urn of Object.values(from.propertyDependencies).flat()) {
      const to = byUrn.get(urn);
      if (to === undefined) continue;
      neighbors.get(from.urn)?.add(to);
      neighbors.get(to.urn)?.add(from);
    }
  }
  return neighbors;
}

const evaluateOne = (rule: Rule, subject: Subject): readonly Outcome[] =>
  evaluateResource(rule, new Resource(subject), { today, config: config.get(rule.name) as RuleConfig });

const resourceRulesFor = ({ type }: Subject) => resourceRules.filter(({ types }) => types.includes(type));

function withContext<T>(description: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${description}: ${String(error)}`, { cause: error });
  }
}

describe.each(["dev", "staging", "prod"])("stack %s", (stack) => {
  let subjects: readonly Subject[] = [];
  let inputs: readonly (readonly [Subject, string])[] = [];
  beforeAll(async () => {
    subjects = subjectsOf((await planStack(stack)).resources);
    inputs = subjects.flatMap((subject) => Object.keys(subject.inputs).map((input) => [subject, input] as const));
  });

  test("resource rules do not crash when an input is unknown, missing or of the wrong type", () => {
    let evaluated = 0;
    for (const [subject, input] of inputs) {
      for (const [description, value] of replacements) {
        for (const changed of [withInput(subject, input, value), ...withParts(subject, input, value)]) {
          withContext(`${subject.name}.${input} as ${description}`, () =>
            resourceRulesFor(changed).map((rule) => evaluateOne(rule, changed)),
          );
          evaluated += 1;
        }
      }
    }
    expect(evaluated).toBeGreaterThan(inputs.length * replacements.length);
  });

  test("relation and stack rules do not crash when an input is unknown, missing or of the wrong type", () => {
    const neighbors = neighborsByUrn(subjects);
    for (const [subject, input] of inputs) {
      const related = [...(neighbors.get(subject.urn) ?? [])];
      for (const [description, value] of replacements) {
        withContext(`${subject.name}.${input} as ${description}`, () =>
          evaluateRules(otherRules, [withInput(subject, input, value), ...related], config, today),
        );
      }
    }
    expect(inputs.length).toBeGreaterThan(500);
  });

  test("a rule that reads an input never passes while the input is unknown", () => {
    const passing: string[] = [];
    let reads = 0;
    for (const subject of subjects) {
      for (const rule of resourceRulesFor(subject)) {
        for (const input of inputsReadBy(rule, subject)) {
          const outcomes = evaluateOne(rule, withInput(subject, input, unknown));
          if (outcomes.length === 0) passing.push(`${rule.name} passes ${subject.name} with ${input} unknown`);
          reads += 1;
        }
      }
    }
    expect(passing).toEqual([]);
    expect(reads).toBeGreaterThan(200);
  });

  test("rules are undecided, and do not crash, when every input is unknown", () => {
    const blank = subjects.map((subject) => ({
      ...subject,
      inputs: Object.fromEntries(Object.keys(subject.inputs).map((key) => [key, unknown])),
      identifiers: [],
    }));
    const outcomes = evaluateRules(rules, blank, config, today);
    expect(outcomes.filter(({ verdict }) => verdict === "undecided").length).toBeGreaterThan(100);
    expect(subjects.some(({ type }) => type === stackType)).toBe(true);
  });
});

function inputsReadBy(rule: Rule, subject: Subject): ReadonlySet<string> {
  const read = new Set<string>();
  const inputs = new Proxy(subject.inputs, {
    get: (target, key) => {
      if (typeof key === "string" && key in target) read.add(key);
      return Reflect.get(target, key) as unknown;
    },
  });
  evaluateOne(rule, { ...subject, inputs });
  return read;
}
