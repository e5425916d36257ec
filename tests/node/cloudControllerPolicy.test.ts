import { cloudControllerPolicy } from "../../components/node/cloudControllerPolicy";
import type { MachineAccess } from "../../components/node/policyTerms";
import { allows } from "./iam";

const region = "eu-central-1";
const accountId = "123456789012";
const key = `arn:aws:kms:${region}:${accountId}:key/secrets`;
const access: MachineAccess = {
  cluster: "blue",
  region,
  accountId,
  parameterPrefix: "/holdfast/blue",
  secretsKeyArn: key,
  bundle: { bucketArn: "arn:aws:s3:::blue-bundle", keyArn: key, keyPrefix: "bundle/" },
  metricsNamespace: "Holdfast",
};
const policy = cloudControllerPolicy(access);

const here = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
const balancer = here("elasticloadbalancing", "loadbalancer/net/a1b2/0123456789abcdef");
const group = here("ec2", "security-group/sg-0123456789abcdef0");
const ofCluster = (kind: "Request" | "Resource", cluster: string) => ({
  [`aws:${kind}Tag/kubernetes.io/cluster/${cluster}`]: "owned",
});

test.each([
  ["reads machines", "ec2:DescribeInstances", "*", { "aws:RequestedRegion": region }, true],
  ["reads them elsewhere", "ec2:DescribeInstances", "*", { "aws:RequestedRegion": "us-east-1" }, false],
  [
    "makes a load balancer of its own",
    "elasticloadbalancing:CreateLoadBalancer",
    balancer,
    ofCluster("Request", "blue"),
    true,
  ],
  ["makes one for nobody", "elasticloadbalancing:CreateLoadBalancer", balancer, {}, false],
  [
    "makes one for another cluster",
    "elasticloadbalancing:CreateLoadBalancer",
    balancer,
    ofCluster("Request", "red"),
    false,
  ],
  ["deletes its own", "elasticloadbalancing:DeleteLoadBalancer", balancer, ofCluster("Resource", "blue"), true],
  // The one before the API has no such tag: it is not the cluster's to change.
  ["deletes one that is not its own", "elasticloadbalancing:DeleteLoadBalancer", balancer, {}, false],
  ["tags what is there as its own", "elasticloadbalancing:AddTags", balancer, {}, false],
  ["opens its own groups", "ec2:AuthorizeSecurityGroupIngress", group, ofCluster("Resource", "blue"), true],
  ["opens another cluster's", "ec2:AuthorizeSecurityGroupIngress", group, ofCluster("Resource", "red"), false],
  ["makes a group of its own", "ec2:CreateSecurityGroup", group, ofCluster("Request", "blue"), true],
  [
    "terminates machines",
    "ec2:TerminateInstances",
    here("ec2", "instance/i-0123456789abcdef0"),
    ofCluster("Resource", "blue"),
    false,
  ],
])("%s", (_what, action, resource, context, allowed) => {
  expect(allows(policy, { action, resource, context })).toBe(allowed);
});

test("fits into a managed policy, and names actions one by one", () => {
  expect(JSON.stringify(policy).length).toBeLessThan(6144);
  for (const { Action } of policy.Statement)
    for (const action of Action) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
});
