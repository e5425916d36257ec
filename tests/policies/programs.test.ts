/** Bad programs, and exactly what the pack says of each in production. */
import { rules } from "../../policies/rules";
import * as onAws from "./programs/aws";
import { expected } from "./programs/expected";
import * as onKubernetes from "./programs/kubernetes";
import { runProgram } from "./runProgram";
import { verdictsOf } from "./scene";

const programs = Object.entries({ ...onAws, ...onKubernetes });

test("there are at least 15, and what each comes to is written down", () => {
  expect(programs.length).toBeGreaterThanOrEqual(15);
  expect(Object.keys(expected).sort()).toEqual(programs.map(([name]) => name).sort());
});

test.each(programs)("%s", async (name, program) => {
  expect([...verdictsOf(rules, await runProgram(program))].sort()).toEqual([...(expected[name] ?? [])].sort());
});
