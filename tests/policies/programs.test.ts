/** Faulty programs, with the exact outcomes of each in production. */
import { packConfig } from "../../policies/model/config";
import { evaluateRules } from "../../policies/model/evaluate";
import { rules } from "../../policies/rules";
import { today } from "./fixtures";
import * as onAws from "./programs/aws";
import { expected } from "./programs/expected";
import * as onKubernetes from "./programs/kubernetes";
import { runProgram } from "./runProgram";

const programs = Object.entries({ ...onAws, ...onKubernetes });

test("every program has expected outcomes", () => {
  expect(Object.keys(expected).sort()).toEqual(programs.map(([name]) => name).sort());
});

test.each(programs)("%s", async (name, program) => {
  const outcomes = evaluateRules(rules, await runProgram(program), packConfig(rules, "prod"), today);
  const found = outcomes.map(({ rule, resource }) => `${rule}: ${resource?.name ?? "the stack"}`);
  expect(found.sort()).toEqual([...(expected[name] ?? [])].sort());
});
