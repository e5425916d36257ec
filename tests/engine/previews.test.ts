/** Preview of the largest stack without existing resources: all values from AWS are unknown. */

import { planStack } from "../../plan/planStack";
import { longTest } from "../long";
import { Workspace } from "./workspace";

describe("prod", () => {
  const workspace = new Workspace();

  beforeAll(() => workspace.prepare());

  afterAll(() => {
    workspace.remove();
  });

  longTest("a preview of prod has the resources of a plan", async () => {
    const stack = "prod";
    await workspace.mustRun("stack", "init", stack);
    const run = await workspace.mustComplete("preview", stack);
    expect(Object.keys(run.summary)).toEqual(["create"]);
    const { resources } = await planStack(stack);
    const previewed = new Set(run.steps.map(({ urn }) => urn));
    expect(resources.filter(({ urn }) => !previewed.has(urn))).toEqual([]);
    expect(workspace.world()).toEqual([]);
  });
});
