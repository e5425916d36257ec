/** Previews of the other stacks without existing resources: all values from AWS are unknown. */

import { planStack } from "../../plan/planStack";
import { Workspace, describeEngine } from "./workspace";

describeEngine("previews", () => {
  const workspace = new Workspace();

  beforeAll(() => workspace.prepare());

  afterAll(() => {
    workspace.remove();
  });

  test.each(["dev", "prod"])("a preview of %s has the resources of a plan", async (stack) => {
    await workspace.pulumi("stack", "init", stack);
    const run = await workspace.run("preview", stack);
    expect([run.code, Object.keys(run.summary)]).toEqual([0, ["create"]]);
    const { resources } = await planStack(stack);
    const previewed = new Set(run.steps.map(({ urn }) => urn));
    expect(resources.filter(({ urn }) => !previewed.has(urn))).toEqual([]);
    expect(workspace.world()).toEqual([]);
  });
});
