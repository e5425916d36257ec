/** Faulty programs. */
import * as autoscaling from "@pulumi/aws/autoscaling";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ebs from "@pulumi/aws/ebs";
import * as ec2 from "@pulumi/aws/ec2";
import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import * as lb from "@pulumi/aws/lb";
import * as s3 from "@pulumi/aws/s3";
import * as sns from "@pulumi/aws/sns";
import * as sqs from "@pulumi/aws/sqs";
import * as ssm from "@pulumi/aws/ssm";
import * as tls from "@pulumi/tls";

const tags = { owner: "web", environment: "prod", "cost-center": "12" };
const anywhere = ["0.0.0.0/0"];

export function bastion(): void {
  const group = new ec2.SecurityGroup("bastion", {
    description: "bastion",
    ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: anywhere, description: "ssh" }],
    egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: anywhere, description: "all" }],
  });
  new ec2.Instance("bastion", {
    ami: "ami-0abc",
    instanceType: "t2.micro",
    keyName: "ops",
    associatePublicIpAddress: true,
    vpcSecurityGroupIds: [group.id],
    tags,
  });
}

export function website(): void {
  const bucket = new s3.Bucket("website", { forceDestroy: true, tags });
  new s3.BucketAcl("website", { bucket: bucket.id, acl: "public-read" });
  new s3.BucketPolicy("website", {
    bucket: bucket.id,
    policy: {
      Version: "2012-10-17",
      Statement: [{ Sid: "Read", Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }],
    },
  });
}

export function outdatedLaunchTemplate(): void {
  new ec2.LaunchTemplate("nodes", {
    imageId: "ami-0abc",
    instanceType: "m4.large",
    userData: Buffer.from("#!/bin/bash\nexport DB_PASSWORD=correcthorsebattery\n").toString("base64"),
    blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 50, volumeType: "gp2" } }],
    monitoring: { enabled: true },
    tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags })),
  });
}

export function administratorRole(): void {
  const role = new iam.Role("ci", {
    assumeRolePolicy: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }],
    },
  });
  new iam.RolePolicyAttachment("ci", { role: role.name, policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" });
  new iam.RolePolicy("ci", {
    role: role.name,
    policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
  });
}

export function userWithAccessKey(): void {
  const user = new iam.User("deploy", {});
  new iam.AccessKey("deploy", { user: user.name });
  new iam.UserPolicy("deploy", {
    user: user.name,
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Sid: "Restart", Effect: "Allow", Action: "ec2:RebootInstances", Resource: "*" }],
    }),
  });
}

const member = (role: string, letter: string) =>
  Object.entries({ ...tags, "holdfast:role": role, "holdfast:member": letter }).map(([key, value]) => ({
    key,
    value,
    propagateAtLaunch: true,
  }));

export function twoMembersInOneZone(): void {
  for (const letter of ["a", "b"]) {
    const group = new autoscaling.Group(`etcd-${letter}`, {
      minSize: 1,
      maxSize: 1,
      availabilityZones: ["eu-west-1a"],
      launchTemplate: { id: "lt-1", version: "1" },
      instanceRefresh: { strategy: "Rolling" },
      tags: member("etcd", letter),
    });
    new autoscaling.LifecycleHook(`etcd-${letter}`, {
      autoscalingGroupName: group.name,
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    });
  }
}

export function spotControlPlane(): void {
  new autoscaling.Group("control-plane", {
    minSize: 3,
    maxSize: 3,
    availabilityZones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
    mixedInstancesPolicy: {
      launchTemplate: { launchTemplateSpecification: { launchTemplateId: "lt-1" } },
      instancesDistribution: { onDemandPercentageAboveBaseCapacity: 0 },
    },
    tags: member("control-plane", "a"),
  });
}

export function volumeInOtherZone(): void {
  new autoscaling.Group("etcd-a", {
    minSize: 1,
    maxSize: 1,
    availabilityZones: ["eu-west-1a"],
    launchTemplate: { id: "lt-1", version: "1" },
    instanceRefresh: { strategy: "Rolling" },
    initialLifecycleHooks: [{ name: "drain", lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" }],
    tags: member("etcd", "a"),
  });
  new ebs.Volume("etcd-a", {
    availabilityZone: "eu-west-1b",
    size: 20,
    type: "gp2",
    tags: { ...tags, "holdfast:role": "etcd", "holdfast:member": "a" },
  });
}

export function tcpHealthCheck(): void {
  new lb.LoadBalancer("api", { loadBalancerType: "network", internal: true, subnets: ["subnet-1"], tags });
  new lb.TargetGroup("api", { port: 6443, protocol: "TCP", vpcId: "vpc-1", healthCheck: { protocol: "TCP" } });
}

export function unencryptedMessages(): void {
  new cloudwatch.LogGroup("audit", { name: "/audit", tags });
  new sns.Topic("alarms", { tags });
  new sqs.Queue("events", { sqsManagedSseEnabled: false, tags });
  new cloudwatch.MetricAlarm("backup-age", {
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 1,
    metricName: "BackupAge",
    namespace: "Etcd",
    treatMissingData: "ignore",
  });
}

export function publicKmsKey(): void {
  new kms.Key("shared", {
    deletionWindowInDays: 7,
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Sid: "All", Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource: "*" }],
    }),
    tags,
  });
}

export function secretsInPlainParameters(): void {
  new ssm.Parameter("password", { name: "/shop/db/password", type: "String", value: "hunter2hunter2" });
  new ssm.Parameter("url", { name: "/shop/db/url", type: "String", value: "postgres://shop:hunter22@db/shop" });
  new ssm.Parameter("token", { name: "/shop/token", type: "SecureString", value: "x" });
}

export function longLivedCertificates(): void {
  const key = new tls.PrivateKey("ca", { algorithm: "RSA", rsaBits: 1024 });
  new tls.SelfSignedCert("ca", {
    privateKeyPem: key.privateKeyPem,
    isCaCertificate: true,
    validityPeriodHours: 24 * 365 * 100,
    allowedUses: ["cert_signing"],
    subject: { commonName: "ca" },
  });
  new tls.LocallySignedCert("admin", {
    caPrivateKeyPem: key.privateKeyPem,
    caCertPem: "…",
    certRequestPem: "…",
    allowedUses: ["client_auth"],
    validityPeriodHours: 24 * 365,
  });
}

export function minimalVpc(): void {
  const vpc = new ec2.Vpc("main", { cidrBlock: "10.0.0.0/16", tags });
  const subnets = ["a", "b"].map(
    (zone, index) =>
      new ec2.Subnet(`public-${zone}`, {
        vpcId: vpc.id,
        cidrBlock: `10.0.${index}.0/24`,
        availabilityZone: `eu-west-1${zone}`,
        mapPublicIpOnLaunch: true,
      }),
  );
  const address = new ec2.Eip("nat", { domain: "vpc", tags });
  const [first] = subnets;
  if (first) new ec2.NatGateway("nat", { allocationId: address.id, subnetId: first.id, tags });
  new ec2.Eip("spare", { domain: "vpc", tags });
}

export function versionSkew(): void {
  const cluster = new eks.Cluster("shop", {
    roleArn: "arn:aws:iam::1:role/eks",
    version: "1.31",
    vpcConfig: { subnetIds: ["subnet-1", "subnet-2"] },
  });
  new eks.NodeGroup("shop", {
    clusterName: cluster.name,
    nodeRoleArn: "arn:aws:iam::1:role/node",
    subnetIds: ["subnet-1", "subnet-2"],
    version: "1.35",
    scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 1 },
  });
}

export function invalidGroupSizes(): void {
  new autoscaling.Group("workers", {
    minSize: 3,
    maxSize: 2000,
    desiredCapacity: 2,
    vpcZoneIdentifiers: ["subnet-1"],
    launchTemplate: { id: "lt-1", version: "$Latest" },
    tags: [{ key: "owner", value: "web", propagateAtLaunch: true }],
  });
}

export function publicNodePorts(): void {
  const group = new ec2.SecurityGroup("workers", { description: "workers" });
  new ec2.SecurityGroupRule("node-ports", {
    type: "ingress",
    securityGroupId: group.id,
    protocol: "tcp",
    fromPort: 30000,
    toPort: 32767,
    cidrBlocks: anywhere,
  });
  new ec2.SecurityGroupRule("kubelet", {
    type: "ingress",
    securityGroupId: group.id,
    protocol: "tcp",
    fromPort: 10250,
    toPort: 10250,
    ipv6CidrBlocks: ["::/0"],
    description: "metrics",
  });
}
