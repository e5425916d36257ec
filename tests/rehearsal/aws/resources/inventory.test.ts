import { firewallGroups } from "../../../../rehearsal/services/firewallGroups";
import { groupSizes } from "../../../../rehearsal/aws/autoScaling/groupSizes";
import { readInventory, requireOwnVpc } from "../../../../rehearsal/aws/resources/inventory";
import type { CloudResource } from "../../../../rehearsal/aws/resources/resourceHandler";
import { encoded, planned } from "./support";

const rule = (direction: "Ingress" | "Egress", name: string, inputs: Record<string, unknown>): CloudResource =>
  planned(`aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`, name, { inputs });
const resources: CloudResource[] = [
  planned("aws:ec2/vpc:Vpc", "vpc", { id: "vpc-1", inputs: { cidrBlock: "10.0.0.0/16" } }),
  planned("aws:ec2/subnet:Subnet", "a", {
    id: "subnet-a",
    inputs: { vpcId: "vpc-1", cidrBlock: "10.0.0.0/20", availabilityZone: "eu-central-1a" },
  }),
  planned("aws:ec2/securityGroup:SecurityGroup", "cp", { id: "sg-cp", inputs: { name: "c-controlPlane" } }),
  planned("aws:ec2/securityGroup:SecurityGroup", "lb", { id: "sg-lb" }),
  rule("Ingress", "1", {
    securityGroupId: "sg-cp",
    ipProtocol: "tcp",
    fromPort: 6443,
    toPort: 6443,
    referencedSecurityGroupId: "sg-lb",
  }),
  rule("Ingress", "2", { securityGroupId: "sg-cp", ipProtocol: "-1", cidrIpv6: "::/0" }),
  rule("Egress", "3", { securityGroupId: "sg-cp", ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" }),
  rule("Egress", "4", {
    securityGroupId: "sg-lb",
    ipProtocol: "6",
    fromPort: 443,
    toPort: 444,
    referencedSecurityGroupId: "sg-cp",
  }),
  planned("aws:iam/instanceProfile:InstanceProfile", "profile", { id: "profile-1", inputs: { role: "role-1" } }),
  planned("aws:ec2/launchTemplate:LaunchTemplate", "template", {
    id: "lt-1",
    inputs: {
      userData: encoded("#cloud-config\n"),
      networkInterfaces: [{ securityGroups: ["sg-cp"] }],
      iamInstanceProfile: { arn: "arn:aws:iam::1:instance-profile/profile-1" },
      metadataOptions: { httpPutResponseHopLimit: 2, instanceMetadataTags: "enabled" },
    },
  }),
  planned("aws:lb/loadBalancer:LoadBalancer", "api", {
    id: "arn:lb",
    inputs: { name: "c-api", subnets: ["subnet-a"], securityGroups: ["sg-lb"] },
    outputs: { dnsName: "c-api-1.elb.amazonaws.com" },
  }),
  planned("aws:lb/targetGroup:TargetGroup", "api", {
    id: "arn:tg",
    inputs: {
      name: "c-api",
      port: 6443,
      healthCheck: { protocol: "HTTPS", path: "/readyz", port: "6443", interval: 5 },
    },
  }),
  planned("aws:lb/listener:Listener", "api", {
    inputs: { loadBalancerArn: "arn:lb", port: 443, defaultActions: [{ type: "forward", targetGroupArn: "arn:tg" }] },
  }),
  planned("aws:autoscaling/group:Group", "cp-a", {
    inputs: {
      name: "c-control-plane-a",
      minSize: 1,
      desiredCapacity: 1,
      launchTemplate: { id: "lt-1", version: "1" },
      targetGroupArns: ["arn:tg"],
      tags: [{ key: "holdfast:role", value: "control-plane", propagateAtLaunch: true }],
    },
  }),
  planned("aws:autoscaling/group:Group", "pool", {
    inputs: {
      name: "c-worker-general",
      minSize: 0,
      mixedInstancesPolicy: { launchTemplate: { launchTemplateSpecification: { launchTemplateId: "lt-1" } } },
      tags: [{ key: "holdfast:role", value: "worker", propagateAtLaunch: true }],
    },
  }),
  planned("aws:autoscaling/lifecycleHook:LifecycleHook", "depart", {
    inputs: {
      autoscalingGroupName: "c-control-plane-a",
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: 120,
    },
  }),
  planned("aws:route53/zone:Zone", "zone", { id: "Z1", inputs: { name: "c.internal" } }),
];

describe("inventory", () => {
  const inventory = readInventory(resources);

  test("has the VPC, subnets and DNS zones", () => {
    expect(inventory.vpc).toEqual({ id: "vpc-1", cidr: "10.0.0.0/16" });
    expect(inventory.subnets["subnet-a"]).toMatchObject({
      zone: "eu-central-1a",
      gateway: "10.0.0.1",
      prefixLength: 20,
    });
    expect(inventory.zones).toEqual({ Z1: "c.internal" });
  });

  test("has the contents of launch templates, through a group or its mixed instances policy", () => {
    const launch = {
      userData: "#cloud-config\n",
      securityGroups: ["sg-cp"],
      role: "role-1",
      metadataTags: true,
      metadataHopLimit: 2,
    };
    expect(inventory.groups["c-control-plane-a"]).toEqual({
      name: "c-control-plane-a",
      launch,
      targetGroups: ["arn:tg"],
    });
    expect(inventory.groups["c-worker-general"]).toMatchObject({ launch, targetGroups: [] });
  });

  test("has load balancers and their health checks with AWS's defaults", () => {
    expect(inventory.loadBalancers).toEqual([
      {
        name: "c-api",
        dnsName: "c-api-1.elb.amazonaws.com",
        subnets: [inventory.subnets["subnet-a"]],
        securityGroups: ["sg-lb"],
        listeners: [
          {
            port: 443,
            targetGroup: {
              arn: "arn:tg",
              name: "c-api",
              port: 6443,
              closesUnhealthy: true,
              deregistrationDelay: 300,
              closesDeregistered: false,
              healthCheck: {
                protocol: "HTTPS",
                path: "/readyz",
                port: 6443,
                interval: 5,
                timeout: 6,
                healthyThreshold: 5,
                unhealthyThreshold: 2,
              },
            },
          },
        ],
      },
    ]);
  });

  test("has firewall rules without those for IPv6", () => {
    const members = [
      { securityGroups: ["sg-cp"], addresses: ["10.0.0.4", "10.244.0.0/24"] },
      { securityGroups: ["sg-lb"], addresses: ["10.0.15.254"] },
    ];
    expect(firewallGroups(inventory.securityGroups, members)).toEqual({
      "sg-cp": {
        members: ["10.0.0.4", "10.244.0.0/24"],
        ingress: [{ protocol: "tcp", fromPort: 6443, toPort: 6443, peer: { group: "sg-lb" } }],
        egress: [{ protocol: "all", fromPort: 0, toPort: 65535, peer: { cidr: "0.0.0.0/0" } }],
      },
      "sg-lb": {
        members: ["10.0.15.254"],
        ingress: [],
        egress: [{ protocol: "tcp", fromPort: 443, toPort: 444, peer: { group: "sg-cp" } }],
      },
    });
  });

  test("refuses security group rules that a rehearsal cannot apply", () => {
    const inline = planned("aws:ec2/securityGroup:SecurityGroup", "inline", {
      inputs: { ingress: [{ protocol: "tcp" }] },
    });
    expect(() => readInventory([...resources, inline])).toThrow("security group inline: cannot rehearse inline rules");
    const odd = rule("Ingress", "x", { securityGroupId: "sg-lb", ipProtocol: "50", cidrIpv4: "0.0.0.0/0" });
    expect(() => readInventory([...resources, odd])).toThrow("cannot rehearse firewall rules with protocol 50");
  });

  test("refuses a plan without its own VPC", () => {
    requireOwnVpc(resources);
    expect(() => {
      requireOwnVpc(resources.slice(1));
    }).toThrow("a rehearsal cannot use an existing VPC");
  });
});

describe("initial sizes of groups", () => {
  test("are the plan's for members, and one for a worker pool", () => {
    expect(groupSizes(resources, {})).toEqual([
      { name: "c-control-plane-a", role: "control-plane", machines: 1 },
      { name: "c-worker-general", role: "worker", machines: 1 },
    ]);
  });

  test.each([
    ["Windows", "kubernetes.io/os", "windows"],
    ["GPU", "nvidia.com/gpu", "true"],
  ])("are zero for a pool with %s", (_what, label, value) => {
    const hint = { key: `k8s.io/cluster-autoscaler/node-template/label/${label}`, value };
    const tags = [{ key: "holdfast:role", value: "worker" }, hint];
    const group = planned("aws:autoscaling/group:Group", "odd", { inputs: { name: "c-worker-odd", minSize: 2, tags } });
    expect(groupSizes([group], {})).toEqual([{ name: "c-worker-odd", role: "worker", machines: 0 }]);
    expect(groupSizes([group], { "c-worker-odd": 1 })[0]?.machines).toBe(1);
  });

  test("are zero for a pool whose maximum is zero", () => {
    const inputs = {
      name: "c-worker-parked",
      minSize: 0,
      maxSize: 0,
      tags: [{ key: "holdfast:role", value: "worker" }],
    };
    const group = planned("aws:autoscaling/group:Group", "parked", { inputs });
    expect(groupSizes([group], {})).toEqual([{ name: "c-worker-parked", role: "worker", machines: 0 }]);
    expect(groupSizes([group], { "c-worker-parked": 2 })[0]?.machines).toBe(2);
  });

  test("follow requests, and refuse unknown groups", () => {
    expect(groupSizes(resources, { "c-worker-general": 3 })[1]?.machines).toBe(3);
    expect(() => groupSizes(resources, { general: 3 })).toThrow(
      "unknown group general; choose from c-control-plane-a, c-worker-general",
    );
  });
});
