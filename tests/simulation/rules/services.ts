/** CloudWatch, EventBridge, SNS, SQS, Elastic Load Balancing, IAM and Route 53. */

import { policyOf, trustPolicy } from "../testAccount";
import type { TestAccount } from "../testAccount";
import type { ExamplesByType } from "./example";

const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/*" };
const long = (length: number) => policyOf({ ...statement, Resource: `arn:aws:s3:::bucket/${"x".repeat(length)}` });
const sendMessages = {
  Effect: "Allow",
  Principal: { Service: "events.amazonaws.com" },
  Action: "sqs:*",
  Resource: "*",
};
const doubleTags = { tags: { Owner: "a", owner: "b" } };

const targets = (account: TestAccount, arn = account.get("vpc-targets", "arn")) => ({
  defaultActions: [{ type: "forward", targetGroupArn: arn }],
});

const query = (id: string, returnData: boolean, period = 60) => ({
  id,
  returnData,
  metric: { namespace: "Holdfast", metricName: "Age", stat: "Maximum", period },
});
const withQueries = (...metricQueries: readonly object[]) => ({
  ...{ metricName: undefined, namespace: undefined, statistic: undefined, period: undefined },
  metricQueries,
});

const healthCheck = (change: object) => ({
  healthCheck: { protocol: "HTTPS", path: "/readyz", interval: 10, timeout: 5, ...change },
});

const record = (account: TestAccount) => ({
  zoneId: account.get("zone"),
  name: "api.blue.internal",
  type: "A",
  aliases: [
    {
      name: account.get("balancer", "dnsName"),
      zoneId: account.get("balancer", "zoneId"),
      evaluateTargetHealth: false,
    },
  ],
});

const schedule = (account: TestAccount, target: object = {}) => ({
  name: "rollout",
  groupName: "blue",
  flexibleTimeWindow: { mode: "OFF" },
  scheduleExpression: "cron(0 2 ? * SAT,SUN *)",
  target: {
    arn: "arn:aws:scheduler:::aws-sdk:autoscaling:startInstanceRefresh",
    roleArn: account.get("scheduler-role", "arn"),
    input: "{}",
    ...target,
  },
});

const cacheSecret = (where = "eu-central-1"): string =>
  `arn:aws:secretsmanager:${where}:123456789012:secret:ecr-pullthroughcache/docker-hub-AbCdEf`;

export const serviceExamples: ExamplesByType = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    valid: {
      name: "age",
      namespace: "Holdfast",
      metricName: "Age",
      statistic: "Maximum",
      period: 300,
      evaluationPeriods: 3,
    },
    violations: {
      "alarm-evaluation-window": { period: 86_400, evaluationPeriods: 8 },
      "alarm-period": withQueries(query("a", true, 90)),
      "alarm-datapoints": { datapointsToAlarm: 4 },
      "alarm-metric-or-queries": { metricQueries: [query("a", true)] },
      "alarm-one-statistic": { extendedStatistic: "p90" },
      "alarm-one-result": withQueries(query("a", true), query("b", true)),
    },
  },
  "aws:cloudwatch/eventRule:EventRule": {
    valid: { name: "spot", eventPattern: "{}" },
    violations: {
      "event-rule-trigger": { eventPattern: undefined },
      "event-pattern-size": { eventPattern: JSON.stringify({ source: ["x".repeat(2048)] }) },
    },
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    valid: (account) => ({ rule: "daily", targetId: "sixth", arn: account.get("queue", "arn") }),
    violations: {
      "event-rule-targets": async (account) => {
        for (let index = 0; index < 5; index += 1) {
          const inputs = { rule: "daily", targetId: `target-${index}`, arn: account.get("queue", "arn") };
          await account.create("aws:cloudwatch/eventTarget:EventTarget", `target-${index}`, inputs);
        }
        return {};
      },
    },
  },
  "aws:scheduler/schedule:Schedule": {
    valid: (account) => schedule(account),
    violations: {
      "schedule-expression": { scheduleExpression: "cron(0 2 * * SAT *)" },
      "schedule-retry-age": (account) => schedule(account, { retryPolicy: { maximumEventAgeInSeconds: 86_401 } }),
      "schedule-role-trust": (account) => schedule(account, { roleArn: account.get("role", "arn") }),
    },
  },
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": {
    valid: {
      ecrRepositoryPrefix: "docker-hub",
      upstreamRegistryUrl: "registry-1.docker.io",
      credentialArn: cacheSecret(),
    },
    violations: {
      "pull-through-cache-upstream": { upstreamRegistryUrl: "nvcr.io" },
      "pull-through-cache-credentials": { credentialArn: undefined },
      "pull-through-cache-secret-region": { credentialArn: cacheSecret("eu-west-1") },
    },
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    valid: (account) => ({ arn: account.get("topic", "arn"), policy: policyOf(statement) }),
    violations: { "topic-policy-size": { policy: long(30_720) } },
  },
  "aws:sqs/queue:Queue": {
    valid: { name: "terminations" },
    violations: {
      "queue-delay": { delaySeconds: 901 },
      "queue-retention": { messageRetentionSeconds: 59 },
      "queue-wait": { receiveWaitTimeSeconds: 21 },
      "queue-visibility": { visibilityTimeoutSeconds: 43_201 },
      "queue-one-encryption": { kmsMasterKeyId: "alias/aws/sqs", sqsManagedSseEnabled: true },
    },
  },
  "aws:sqs/queuePolicy:QueuePolicy": {
    valid: (account) => ({ queueUrl: account.get("queue", "url"), policy: policyOf(sendMessages) }),
    violations: {
      "queue-policy-size": { policy: long(8192) },
      "queue-policy-statements": { policy: policyOf(...Array.from({ length: 21 }, () => sendMessages)) },
    },
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    valid: (account) => ({ name: "public", subnets: [account.get("vpc-a"), account.get("vpc-b")] }),
    violations: {
      "load-balancer-name": { name: "internal-api" },
      "load-balancer-one-subnet-per-zone": async (account) => {
        const inputs = { vpcId: account.get("vpc"), cidrBlock: "10.0.64.0/20", availabilityZone: "eu-central-1a" };
        const { id } = await account.create("aws:ec2/subnet:Subnet", "second", inputs);
        return { subnets: [account.get("vpc-a"), id] };
      },
      "load-balancer-internet-gateway": (account) => ({ subnets: [account.get("other-a")] }),
    },
  },
  "aws:lb/targetGroup:TargetGroup": {
    valid: (account) => ({ name: "api", vpcId: account.get("vpc"), port: 6443, protocol: "TCP", ...healthCheck({}) }),
    violations: {
      "health-check-interval": healthCheck({ interval: 301 }),
      "health-check-timeout": healthCheck({ timeout: 1 }),
      "health-check-healthy-threshold": healthCheck({ healthyThreshold: 11 }),
      "health-check-unhealthy-threshold": healthCheck({ unhealthyThreshold: 1 }),
      "health-check-timeout-below-interval": healthCheck({ timeout: 10 }),
      "health-check-path-only-http": healthCheck({ protocol: "TCP" }),
      "health-check-protocol": healthCheck({ protocol: "UDP", path: undefined }),
      "target-group-client-ip": { protocol: "UDP", preserveClientIp: "false" },
      "target-group-deregistration-delay": { deregistrationDelay: 3601 },
    },
  },
  "aws:lb/listener:Listener": {
    valid: (account) => ({
      loadBalancerArn: account.get("balancer", "arn"),
      port: 6443,
      protocol: "TCP",
      ...targets(account),
    }),
    violations: {
      "listener-target-protocol": async (account) => {
        const inputs = { name: "udp", vpcId: account.get("vpc"), port: 53, protocol: "UDP" };
        const { arn } = await account.create("aws:lb/targetGroup:TargetGroup", "udp", inputs);
        return targets(account, String(arn));
      },
      "listener-target-vpc": (account) => targets(account, account.get("other-targets", "arn")),
      "target-group-one-load-balancer": async (account) => {
        const inputs = { name: "second", internal: true, subnets: [account.get("vpc-a")] };
        const { arn } = await account.create("aws:lb/loadBalancer:LoadBalancer", "second", inputs);
        const listener = { loadBalancerArn: arn, port: 443, protocol: "TCP", ...targets(account) };
        await account.create("aws:lb/listener:Listener", "second", listener);
        return {};
      },
    },
  },
  "aws:iam/role:Role": {
    valid: { name: "worker", assumeRolePolicy: trustPolicy("ec2.amazonaws.com") },
    violations: { "role-trust-policy-size": { assumeRolePolicy: long(2048) }, "role-tag-keys": doubleTags },
  },
  "aws:iam/policy:Policy": {
    valid: { name: "read", policy: policyOf(statement) },
    violations: { "managed-policy-size": { policy: long(6144) }, "policy-tag-keys": doubleTags },
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    valid: { name: "worker", role: "machine" },
    violations: { "instance-profile-tag-keys": doubleTags },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    valid: { name: "read", role: "machine", policy: policyOf(statement) },
    violations: {
      "role-inline-policies-size": async (account) => {
        const inputs = { name: "first", role: "machine", policy: long(6000) };
        await account.create("aws:iam/rolePolicy:RolePolicy", "first", inputs);
        return { policy: long(6000) };
      },
    },
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    valid: { role: "machine", policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" },
    violations: {
      "role-managed-policies": async (account) => {
        for (let index = 0; index < 10; index += 1) {
          const inputs = { role: "machine", policyArn: `arn:aws:iam::aws:policy/Policy${index}` };
          await account.create("aws:iam/rolePolicyAttachment:RolePolicyAttachment", `policy-${index}`, inputs);
        }
        return {};
      },
    },
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    valid: { url: "https://issuer.example/blue", clientIdLists: ["sts.amazonaws.com"] },
    violations: {
      "oidc-url-without-port": { url: "https://issuer.example:8443" },
      "oidc-client-ids": { clientIdLists: Array.from({ length: 101 }, (_, index) => `client-${index}`) },
      "oidc-thumbprints": { thumbprintLists: Array.from({ length: 6 }, () => "a".repeat(40)) },
      "oidc-tag-keys": doubleTags,
    },
  },
  "aws:route53/zone:Zone": {
    valid: (account) => ({ name: "green.internal", vpcs: [{ vpcId: account.get("vpc") }] }),
    violations: {
      "private-zone-name-once": { name: "blue.internal" },
      "private-zone-needs-vpc-dns": async (account) => {
        const { id } = await account.create("aws:ec2/vpc:Vpc", "silent", { cidrBlock: "10.8.0.0/16" });
        return { vpcs: [{ vpcId: id }] };
      },
    },
  },
  "aws:route53/record:Record": {
    valid: record,
    violations: {
      "record-once": async (account) => {
        await account.create("aws:route53/record:Record", "first", record(account));
        return {};
      },
      "record-in-zone": { name: "api.green.internal" },
      "alias-target-zone": (account) => ({
        aliases: [{ name: account.get("balancer", "dnsName"), zoneId: "Z0OTHER", evaluateTargetHealth: false }],
      }),
      "alias-without-records": { ttl: 60 },
      "record-needs-ttl": { aliases: undefined, records: ["10.0.0.1"] },
      "record-a-addresses": { aliases: undefined, ttl: 60, records: ["etcd-a.blue.internal"] },
    },
  },
};
