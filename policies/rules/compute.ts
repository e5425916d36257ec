import { z } from "zod";

import { advice, everywhere, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Rule } from "../model/rule";
import { aws, holdfastCluster, holdfastWorkerPool } from "../model/types";
import { instanceResourceTypes, roleOf, isMemberRole, userData } from "./instances";
import { findSecret } from "./secrets";

/** EC2 limit in bytes, before base64 encoding. */
const userDataLimit = 16384;

const minorOf = (version: string | undefined): number | undefined => {
  const minor = /^v?1\.(\d+)(?:\.|$)/.exec(version ?? "")?.[1];
  return minor === undefined ? undefined : Number(minor);
};

/** Minor versions that a kubelet may lag behind the API server. Source: version skew policy on kubernetes.io. */
const maxSkew = 3;

export const computeRules: readonly Rule[] = [
  resourceRule({
    name: "imds-v2-required",
    levels: standard,
    types: instanceResourceTypes,
    requirement: "The instance metadata service requires session tokens (IMDSv2).",
    reason: "With IMDSv1, a single forged request through any process on the instance returns its AWS credentials.",
    fix: 'Set metadataOptions: { httpTokens: "required" }.',
    check(instance, report) {
      const options = instance.at("metadataOptions");
      if (options.at("httpEndpoint").string() === "disabled") return;
      const tokens = options.at("httpTokens").string();
      if (tokens !== "required") report(`metadataOptions.httpTokens is ${tokens ?? "missing"}.`);
    },
  }),
  resourceRule({
    name: "imds-hop-limit",
    levels: standard,
    types: instanceResourceTypes,
    requirement: "The hop limit of the instance metadata service is 1.",
    reason: "With two hops, containers reach the metadata service and obtain the AWS permissions of the node.",
    fix: "Set metadataOptions: { httpPutResponseHopLimit: 1 } and give pods their own IAM roles.",
    check(instance, report) {
      const options = instance.at("metadataOptions");
      if (options.at("httpEndpoint").string() === "disabled") return;
      const hops = options.at("httpPutResponseHopLimit").number();
      if (hops !== 1) report(`metadataOptions.httpPutResponseHopLimit is ${hops ?? "missing"}.`);
    },
  }),
  resourceRule({
    name: "no-secrets-in-user-data",
    levels: everywhere,
    types: instanceResourceTypes,
    requirement: "User data contains no secrets.",
    reason: "User data is readable with DescribeInstanceAttribute and by every process on the instance.",
    fix: "Store the secret in an SSM SecureString parameter and let the instance role read it.",
    check(instance, report) {
      const found = findSecret(userData(instance) ?? "");
      if (found !== undefined) report(`User data appears to contain ${found}.`);
    },
  }),
  resourceRule({
    name: "user-data-size",
    levels: everywhere,
    types: instanceResourceTypes,
    requirement: "User data does not exceed the EC2 limit of 16 KiB.",
    reason: "EC2 rejects larger user data at launch, which for an Auto Scaling group may be months after the change.",
    fix: "Download large files from S3 with a checksum, and keep only the address in user data.",
    check(instance, report) {
      const size = Buffer.byteLength(userData(instance) ?? "");
      if (size > userDataLimit) report(`User data has ${size} bytes.`);
    },
  }),
  resourceRule({
    name: "machine-images-by-id",
    levels: standard,
    types: [aws.launchTemplate],
    requirement: "Launch templates name their image by its id.",
    reason:
      "With an SSM parameter, every launch may boot another image, and AWS refuses instance refreshes with skip matching or a desired configuration, warm pools and instance requirements.",
    fix: "Resolve the parameter in the program (aws.ssm.getParameter) and write ami-… into imageId.",
    check(template, report) {
      const image = template.at("imageId").string();
      if (image?.startsWith("resolve:ssm:")) report(`imageId is ${image}.`);
    },
  }),
  resourceRule({
    name: "node-age",
    levels: advice,
    types: [aws.autoscalingGroup],
    requirement: "Auto Scaling groups of workers replace instances before they exceed the accepted age.",
    reason:
      "Old instances run an outdated kernel, and show only in an emergency whether their replacement still boots and joins.",
    fix: "Set maxInstanceLifetime, in seconds, and drain the node in a termination lifecycle hook.",
    setting: "workers.<pool>.maxNodeAgeDays",
    parameters: {
      // The largest value in the documentation of maxInstanceLifetime: 31,536,000 seconds.
      maxDays: z.int().min(1).default(365).describe("Largest accepted age in days."),
      requireLimit: z.boolean().default(false).describe("Also report groups that do not limit the age."),
    },
    check(group, report, { maxDays, requireLimit }) {
      // Auto Scaling replaces instances regardless of the quorum of etcd.
      if (isMemberRole(roleOf(group))) return;
      const seconds = group.at("maxInstanceLifetime").number() ?? 0;
      if (seconds === 0 && requireLimit) report("maxInstanceLifetime is missing.");
      if (seconds > maxDays * 86_400) report(`maxInstanceLifetime is ${seconds} seconds, more than ${maxDays} days.`);
    },
  }),
  resourceRule({
    name: "no-ssh-keys",
    levels: standard,
    types: instanceResourceTypes,
    requirement: "Instances have no SSH key pair.",
    reason: "A shared key opens every instance, cannot be revoked and leaves no audit trail.",
    fix: "Omit keyName and log in through SSM Session Manager, which uses IAM and keeps an audit trail.",
    check(instance, report) {
      if (!instance.at("keyName").absent) report("keyName is set.");
    },
  }),
  resourceRule({
    name: "detailed-monitoring",
    levels: advice,
    types: instanceResourceTypes,
    requirement: "Detailed monitoring (one-minute metrics) is enabled on instances.",
    reason: "With five-minute metrics, alarms and scaling decisions arrive after the peak.",
    fix: "Set monitoring: { enabled: true } on a launch template, monitoring: true on an instance.",
    check(instance, report) {
      const monitoring = instance.at("monitoring");
      const enabled = instance.type === aws.launchTemplate ? monitoring.at("enabled").boolean() : monitoring.boolean();
      if (enabled !== true) report("Detailed monitoring is off.");
    },
  }),
  resourceRule({
    name: "no-spot-control-plane",
    levels: everywhere,
    types: [aws.autoscalingGroup, aws.launchTemplate, aws.instance],
    requirement: "Control-plane and etcd instances are not spot instances.",
    reason: "AWS reclaims spot instances at two minutes' notice, often several at once, and the quorum is lost.",
    fix: "Run these roles on demand. Use spot capacity for worker pools only.",
    setting: "workers.<pool>.onDemand",
    check(instance, report) {
      const role = roleOf(instance);
      if (!isMemberRole(role)) return;
      if (instance.type !== aws.autoscalingGroup) {
        if (instance.at("instanceMarketOptions", "marketType").string() === "spot") {
          report(`The ${role ?? ""} instance is a spot instance.`);
        }
        return;
      }
      const policy = instance.at("mixedInstancesPolicy");
      if (policy.absent) return;
      const onDemand = policy.at("instancesDistribution", "onDemandPercentageAboveBaseCapacity").number() ?? 100;
      const base = policy.at("instancesDistribution", "onDemandBaseCapacity").number() ?? 0;
      const max = instance.at("maxSize").number() ?? 0;
      if (onDemand < 100 && base < max)
        report(`${100 - onDemand} % of the ${role ?? ""} instances are spot instances.`);
    },
  }),
  resourceRule({
    name: "kubernetes-version-supported",
    levels: standard,
    types: [holdfastCluster, holdfastWorkerPool, aws.eksCluster, aws.eksNodeGroup],
    requirement: "The Kubernetes version still receives fixes.",
    reason: "Upstream patches the newest three minor versions. Vulnerabilities in older versions stay open.",
    fix: "Upgrade one minor version at a time.",
    setting: "kubernetesVersion",
    parameters: {
      minMinorVersion: z.int().min(30).default(35).describe("Oldest accepted minor version of Kubernetes 1.x."),
    },
    check(cluster, report, { minMinorVersion }) {
      const input = cluster.type.startsWith("holdfast:") ? "kubernetesVersion" : "version";
      const version = cluster.at(input).string();
      const minor = minorOf(version);
      if (version === undefined) {
        // A node group without a version uses the version of its cluster.
        if (cluster.type !== aws.eksNodeGroup) report(`${input} is missing.`);
      } else if (minor === undefined) report(`'${version}' is not a Kubernetes version.`);
      else if (minor < minMinorVersion) report(`Kubernetes ${version} is older than 1.${minMinorVersion}.`);
    },
  }),
  relationRule({
    name: "kubernetes-version-skew",
    levels: everywhere,
    types: [aws.eksNodeGroup],
    requirement: "Nodes are never newer than their control plane, and at most three minor versions older.",
    reason: "Upstream does not test or support kubelets outside this range.",
    fix: "Upgrade the control plane first, then the nodes.",
    check(group, report, stack) {
      const nodes = minorOf(group.at("version").string());
      if (nodes === undefined) return;
      for (const cluster of stack.referencedBy(group, "clusterName", aws.eksCluster)) {
        const api = minorOf(cluster.at("version").string());
        if (api === undefined) continue;
        if (nodes > api) report(`Nodes at 1.${nodes} are newer than the control plane at 1.${api}.`);
        else if (api - nodes > maxSkew) report(`Nodes at 1.${nodes} are too old for a control plane at 1.${api}.`);
      }
    },
  }),
];
