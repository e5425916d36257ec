/** Previews of the other stacks, of which nothing exists yet: everything that AWS would choose is unknown. */

import { planStack } from "../../plan/planStack";
import { Workspace, describeEngine } from "./workspace";

describeEngine("previews", () => {
  const workspace = new Workspace();

  beforeAll(() => workspace.prepare());

  afterAll(() => {
    workspace.remove();
  });

  test.each(["dev", "prod"])("%s announces what a plan says", async (stack) => {
    await workspace.pulumi("stack", "init", stack);
    const run = await workspace.run("preview", stack);
    expect([run.code, Object.keys(run.summary)]).toEqual([0, ["create"]]);
    const { resources } = await planStack(stack);
    const announced = new Set(run.steps.map(({ urn }) => urn));
    expect(resources.filter(({ urn }) => !announced.has(urn))).toEqual([]);
    expect(workspace.world()).toEqual([]);
  });
});
