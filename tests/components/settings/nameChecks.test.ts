import { problemsOf } from "../../stacks/settingsSupport";

test.each([
  ["internal-a", "load balancers"],
  ["sg-a", "security groups"],
  ["sthree-a", "S3 buckets"],
  ["amzn-s3-demo-a", "S3 buckets"],
])("rejects the cluster name %s: AWS reserves its prefix for names of %s", (name, what) => {
  const problems = problemsOf({ "aws:region": "eu-central-1", "holdfast:cluster": { name } });
  expect(problems).toEqual([
    expect.objectContaining({ path: "cluster.name", message: expect.stringContaining(what) as string }),
  ]);
});

test.each([
  ["a--b2", "write a-b2"],
  ["xn--zzz", "write xn-zzz"],
])("rejects the cluster name %s, which AWS refuses for target groups", (name, advice) => {
  const domain = "example.internal";
  expect(problemsOf({ "aws:region": "eu-central-1", "holdfast:cluster": { name, domain } })).toEqual([
    expect.objectContaining({ path: "cluster.name", message: expect.stringContaining(advice) as string }),
  ]);
});
