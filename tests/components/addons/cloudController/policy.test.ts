import { cloudControllerPolicy } from "../../../../components/addons/cloudController/policy.plan";
import type { MachineAccess } from "../../../../components/machines/iamStatements.plan";
import { allows } from "../../machines/iam";

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
const classic = here("elasticloadbalancing", "loadbalancer/a1b2");
const listener = here("elasticloadbalancing", "listener/net/a1b2/0123456789abcdef/0123456789abcdef");
const group = here("ec2", "security-group/sg-0123456789abcdef0");
const ofCluster = (kind: "Request" | "Resource", cluster: string) => ({
  [`aws:${kind}Tag/kubernetes.io/cluster/${cluster}`]: "owned",
});
/** Tags that say whose something is, as part of the call that makes it. */
const whileMaking = (service: string, call: string) => ({
  ...ofCluster("Request", "blue"),
  [`${service}:CreateAction`]: call,
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
  ["tags without saying what as", "elasticloadbalancing:AddTags", balancer, {}, false],
  ["tags what is there as its own", "elasticloadbalancing:AddTags", balancer, ofCluster("Request", "blue"), false],
  [
    "tags a load balancer that it makes",
    "elasticloadbalancing:AddTags",
    classic,
    whileMaking("elasticloadbalancing", "CreateLoadBalancer"),
    true,
  ],
  [
    "tags a listener that it makes",
    "elasticloadbalancing:AddTags",
    listener,
    whileMaking("elasticloadbalancing", "CreateListener"),
    true,
  ],
  ["tags its own with more", "elasticloadbalancing:AddTags", classic, ofCluster("Resource", "blue"), true],
  ["opens its own groups", "ec2:AuthorizeSecurityGroupIngress", group, ofCluster("Resource", "blue"), true],
  ["opens another cluster's", "ec2:AuthorizeSecurityGroupIngress", group, ofCluster("Resource", "red"), false],
  ["tags a group that it makes", "ec2:CreateTags", group, whileMaking("ec2", "CreateSecurityGroup"), true],
  ["tags a group that is there as its own", "ec2:CreateTags", group, ofCluster("Request", "blue"), false],
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

// cloud-provider-aws 1.36 calls these for a Service without annotations.
test.each([
  "ApplySecurityGroupsToLoadBalancer",
  "AttachLoadBalancerToSubnets",
  "ConfigureHealthCheck",
  "CreateLoadBalancerListeners",
  "CreateLoadBalancerPolicy",
  "DeleteLoadBalancer",
  "DeleteLoadBalancerListeners",
  "DeregisterInstancesFromLoadBalancer",
  "DetachLoadBalancerFromSubnets",
  "ModifyLoadBalancerAttributes",
  "RegisterInstancesWithLoadBalancer",
  "SetLoadBalancerPoliciesForBackendServer",
  "SetLoadBalancerPoliciesOfListener",
])("keeps classic load balancers of its own, and no others: %s", (name) => {
  const action = `elasticloadbalancing:${name}`;
  expect(allows(policy, { action, resource: classic, context: ofCluster("Resource", "blue") })).toBe(true);
  expect(allows(policy, { action, resource: classic, context: ofCluster("Resource", "red") })).toBe(false);
});

test("fits into a managed policy, and names actions one by one", () => {
  expect(JSON.stringify(policy).length).toBeLessThan(6144);
  for (const { Action } of policy.Statement)
    for (const action of Action) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
});
