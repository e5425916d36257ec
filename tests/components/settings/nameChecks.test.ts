import { problemsOf } from "../../stacks/settingsSupport";

test.each([
  ["internal-a", "load balancers"],
  ["sg-a", "security groups"],
  ["xn--a", "S3 buckets"],
])("rejects the cluster name %s: AWS reserves its prefix for names of %s", (name, what) => {
  const problems = problemsOf({ "aws:region": "eu-central-1", "holdfast:cluster": { name } });
  expect(problems).toEqual([
    expect.objectContaining({ path: "cluster.name", message: expect.stringContaining(what) as string }),
  ]);
});
