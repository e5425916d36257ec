/** The program on a machine that cannot reach the API. */

import * as pulumi from "@pulumi/pulumi";

import { runWithEngine } from "./engineRun";

test("an update fails before it registers a resource of AWS, and names the command to run", async () => {
  const { failure, types, warnings } = await runWithEngine(false);
  expect(failure).toBeInstanceOf(pulumi.RunError);
  expect(String(failure)).toMatch(/api\.blue\.invalid .* does not resolve here[^]*Nothing was changed/);
  expect(String(failure)).toContain("npx holdfast tunnel blue pulumi up --stack blue");
  expect([types, warnings]).toEqual([["pulumi:pulumi:Stack"], []]);
});

test("a preview succeeds with a warning", async () => {
  const { failure, types, warnings } = await runWithEngine(true);
  expect(failure).toBeUndefined();
  expect(types.length).toBeGreaterThan(100);
  expect(warnings).toEqual([expect.stringContaining("npx holdfast tunnel blue pulumi up --stack blue")]);
});

test("without objects inside the cluster, a preview has no warning", async () => {
  const { failure, warnings } = await runWithEngine(true, { settings: { addons: { enabled: false } } });
  expect([failure, warnings]).toEqual([undefined, []]);
});
