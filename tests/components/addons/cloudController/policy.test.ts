import { cloudControllerPolicy } from "../../../../components/addons/cloudController/policy.plan";
import { access, accountId, allows, region } from "../../machines/iamEvaluator";

const policy = cloudControllerPolicy(access);

const here = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
const balancer = here("elasticloadbalancing", "loadbalancer/net/a1b2/0123456789abcdef");
const classic = here("elasticloadbalancing", "loadbalancer/a1b2");
const listener = here("elasticloadbalancing", "listener/net/a1b2/0123456789abcdef/0123456789abcdef");
const group = here("ec2", "security-group/sg-0123456789abcdef0");
const ofCluster = (kind: "Request" | "Resource", cluster: string) => ({
  [`aws:${kind}Tag/kubernetes.io/cluster/${cluster}`]: "owned",
});
/** Owner tags in the call that creates the resource. */
const whileCreating = (service: string, call: string) => ({
  ...ofCluster("Request", "blue"),
  [`${service}:CreateAction`]: call,
});

test.each([
  ["describes instances", "ec2:DescribeInstances", "*", { "aws:RequestedRegion": region }, true],
  [
    "describes instances in another region",
    "ec2:DescribeInstances",
    "*",
    { "aws:RequestedRegion": "us-east-1" },
    false,
  ],
  [
    "creates an owned load balancer",
    "elasticloadbalancing:CreateLoadBalancer",
    balancer,
    ofCluster("Request", "blue"),
    true,
  ],
  ["creates an untagged load balancer", "elasticloadbalancing:CreateLoadBalancer", balancer, {}, false],
  [
    "creates a load balancer of another cluster",
    "elasticloadbalancing:CreateLoadBalancer",
    balancer,
    ofCluster("Request", "red"),
    false,
  ],
  [
    "deletes an owned load balancer",
    "elasticloadbalancing:DeleteLoadBalancer",
    balancer,
    ofCluster("Resource", "blue"),
    true,
  ],
  // The API's load balancer has no such tag.
  ["deletes a foreign load balancer", "elasticloadbalancing:DeleteLoadBalancer", balancer, {}, false],
  ["adds no owner tag", "elasticloadbalancing:AddTags", balancer, {}, false],
  [
    "tags an existing load balancer as owned",
    "elasticloadbalancing:AddTags",
    balancer,
    ofCluster("Request", "blue"),
    false,
  ],
  [
    "tags a load balancer on creation",
    "elasticloadbalancing:AddTags",
    classic,
    whileCreating("elasticloadbalancing", "CreateLoadBalancer"),
    true,
  ],
  [
    "tags a listener on creation",
    "elasticloadbalancing:AddTags",
    listener,
    whileCreating("elasticloadbalancing", "CreateListener"),
    true,
  ],
  ["adds tags to an owned load balancer", "elasticloadbalancing:AddTags", classic, ofCluster("Resource", "blue"), true],
  ["opens an owned security group", "ec2:AuthorizeSecurityGroupIngress", group, ofCluster("Resource", "blue"), true],
  [
    "opens a security group of another cluster",
    "ec2:AuthorizeSecurityGroupIngress",
    group,
    ofCluster("Resource", "red"),
    false,
  ],
  ["tags a security group on creation", "ec2:CreateTags", group, whileCreating("ec2", "CreateSecurityGroup"), true],
  ["tags an existing security group as owned", "ec2:CreateTags", group, ofCluster("Request", "blue"), false],
  ["creates an owned security group", "ec2:CreateSecurityGroup", group, ofCluster("Request", "blue"), true],
  [
    "terminates instances",
    "ec2:TerminateInstances",
    here("ec2", "instance/i-0123456789abcdef0"),
    ofCluster("Resource", "blue"),
    false,
  ],
])("%s", (_title, action, resource, context, allowed) => {
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
])("manages owned Classic Load Balancers only: %s", (name) => {
  const action = `elasticloadbalancing:${name}`;
  expect(allows(policy, { action, resource: classic, context: ofCluster("Resource", "blue") })).toBe(true);
  expect(allows(policy, { action, resource: classic, context: ofCluster("Resource", "red") })).toBe(false);
});

test("fits into a managed policy, and lists actions without wildcards", () => {
  expect(JSON.stringify(policy).length).toBeLessThan(6144);
  for (const { Action } of policy.Statement)
    for (const action of Action) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
});
