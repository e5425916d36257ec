import { deletionWaves, planDifference } from "../../../../rehearsal/aws/resources/planDifference";
import { withRaisedVersions } from "../../../../rehearsal/drills/applyChange";
import { planned } from "./support";

const parameter = (value: string) =>
  planned("aws:ssm/parameter:Parameter", "order", { inputs: { name: "/order", insecureValue: value } });
const object = (key: string) =>
  planned("aws:s3/bucketObjectv2:BucketObjectv2", "bundle", { inputs: { bucket: "b", key } });
const template = (imageId: string, latestVersion = 1) =>
  planned("aws:ec2/launchTemplate:LaunchTemplate", "template", {
    inputs: { name: "t", imageId },
    outputs: { latestVersion },
  });
const group = planned("aws:autoscaling/group:Group", "group", { dependsOn: [template("ami-1").urn] });
const hook = planned("aws:autoscaling/lifecycleHook:LifecycleHook", "hook", { dependsOn: [group.urn] });
const rule = (fromPort = 2379) =>
  planned("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "rule", { inputs: { fromPort } });

const summary = ({ steps, removed }: ReturnType<typeof planDifference>) => ({
  steps: steps.map(({ action, resource }) => `${action} ${resource.name}`),
  removed: removed.map(({ name }) => name),
});

describe("difference between two plans", () => {
  test("equal plans have none", () => {
    expect(summary(planDifference([parameter("1"), hook], [parameter("1"), hook]))).toEqual({ steps: [], removed: [] });
  });

  test("updates changed resources, and creates new ones after those that they depend on", () => {
    const after = [hook, group, parameter("2"), template("ami-1")];
    expect(summary(planDifference([parameter("1"), template("ami-1")], after))).toEqual({
      steps: ["create group", "create hook", "update order"],
      removed: [],
    });
  });

  test("replaces a resource with another key, and deletes the former one last", () => {
    const { steps, removed } = planDifference([object("1")], [object("2")]);
    expect(steps.map(({ action, resource }) => [action, resource.inputs.key])).toEqual([["create", "2"]]);
    expect(removed.map(({ inputs }) => inputs.key)).toEqual(["1"]);
  });

  test("the firewall gets new, changed and removed rules, which no request creates", () => {
    expect(summary(planDifference([], [rule()]))).toEqual({ steps: ["create rule"], removed: [] });
    expect(summary(planDifference([rule()], [rule(2380)]))).toEqual({ steps: ["create rule"], removed: [] });
    expect(summary(planDifference([rule()], []))).toEqual({ steps: [], removed: ["rule"] });
  });

  test("removes dependents first", () => {
    const before = [template("ami-1"), group, hook];
    const difference = planDifference(before, []);
    expect(summary(difference)).toEqual({ steps: [], removed: ["hook", "group", "template"] });
    expect(deletionWaves(difference.removed).map((wave) => wave.map(({ name }) => name))).toEqual([
      ["hook"],
      ["group"],
      ["template"],
    ]);
  });
});

test("a launch template that changes gets its next version", () => {
  const raised = withRaisedVersions([template("ami-1", 4), parameter("1")], [template("ami-2"), parameter("2")]);
  expect(raised?.map(({ outputs }) => outputs.latestVersion)).toEqual([5, undefined]);
  expect(withRaisedVersions([template("ami-1", 4)], [template("ami-1")])).toBeUndefined();
});
