import { everywhere, standard, advice } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import { aws, holdfastCluster } from "../model/types";
import { z } from "zod";
import { machineTypes, roleOf, holdsCluster, userData } from "./machines";
import { secretIn } from "./secrets";

const imdsTokens = resourceRule({
  name: "imds-v2-required",
  levels: standard,
  types: machineTypes,
  what: "The metadata service answers only with a session token (IMDSv2).",
  why: "With version 1 one forged request through any program on the machine hands out its AWS credentials.",
  fix: 'Set metadataOptions: { httpTokens: "required" }.',
  check(machine, report) {
    const options = machine.at("metadataOptions");
    if (options.at("httpEndpoint").text() === "disabled") return;
    const tokens = options.at("httpTokens").text();
    if (tokens !== "required") report(`metadataOptions.httpTokens is ${tokens ?? "missing"}.`);
  },
});

const imdsHops = resourceRule({
  name: "imds-hop-limit",
  levels: standard,
  types: machineTypes,
  what: "The metadata service's answers do not leave the machine's own network namespace (hop limit 1).",
  why: "Two hops reach into pods, and any container then has the node's AWS permissions.",
  fix: "Set metadataOptions: { httpPutResponseHopLimit: 1 } and give pods roles of their own.",
  check(machine, report) {
    const options = machine.at("metadataOptions");
    if (options.at("httpEndpoint").text() === "disabled") return;
    const hops = options.at("httpPutResponseHopLimit").number();
    if (hops !== 1) report(`metadataOptions.httpPutResponseHopLimit is ${hops ?? "missing"}.`);
  },
});

const noSecretsInUserData = resourceRule({
  name: "no-secrets-in-user-data",
  levels: everywhere,
  types: machineTypes,
  what: "User data holds no secret.",
  why: "Everybody who may describe instances reads it, it stays in every version of a launch template, and every program on the machine can ask for it.",
  fix: "Put the secret into an SSM SecureString and let the machine's role read it.",
  check(machine, report) {
    const found = secretIn(userData(machine) ?? "");
    if (found !== undefined) report(`User data has what looks like ${found}.`);
  },
});

/** EC2's limit, before it is encoded. */
const userDataLimit = 16384;

const userDataFits = resourceRule({
  name: "user-data-fits",
  levels: everywhere,
  types: machineTypes,
  what: "User data is within EC2's 16 KiB.",
  why: "EC2 refuses more at the first launch, which for a group may be months after the change.",
  fix: "Fetch what is large from S3 with a checksum, and keep only the address in user data.",
  check(machine, report) {
    const size = Buffer.byteLength(userData(machine) ?? "");
    if (size > userDataLimit) report(`User data has ${size} bytes.`);
  },
});

const noSshKeys = resourceRule({
  name: "no-ssh-keys",
  levels: standard,
  types: machineTypes,
  what: "Machines have no SSH key pair.",
  why: "One key opens all machines, cannot be taken back from whoever has a copy, and leaves no record of who used it.",
  fix: "Leave out keyName and log in through SSM Session Manager, which asks IAM and keeps a record.",
  check(machine, report) {
    if (!machine.at("keyName").absent) report("keyName is set.");
  },
});

const monitored = resourceRule({
  name: "detailed-monitoring",
  levels: advice,
  types: machineTypes,
  what: "Machines report their metrics every minute.",
  why: "Every five minutes, an alarm or a scaling decision comes when the peak is over.",
  fix: "Set monitoring: { enabled: true } (an instance: monitoring: true).",
  check(machine, report) {
    const monitoring = machine.at("monitoring");
    const enabled = machine.type === aws.launchTemplate ? monitoring.at("enabled").flag() : monitoring.flag();
    if (enabled !== true) report("Detailed monitoring is off.");
  },
});

const noSpot = resourceRule({
  name: "no-spot-control-plane",
  levels: everywhere,
  types: [aws.autoscalingGroup, aws.launchTemplate, aws.instance],
  what: "Machines of the control plane and of etcd are never spot machines.",
  why: "AWS takes spot machines away at two minutes' notice, several at once when prices move: the quorum goes with them.",
  fix: "Run these roles on demand; spot belongs to worker pools.",
  setting: "workers.<pool>.onDemand",
  check(machine, report) {
    const role = roleOf(machine);
    if (!holdsCluster(role)) return;
    if (machine.type !== aws.autoscalingGroup) {
      if (machine.at("instanceMarketOptions", "marketType").text() === "spot") {
        report(`A ${role ?? ""} machine is launched as spot.`);
      }
      return;
    }
    const policy = machine.at("mixedInstancesPolicy");
    if (policy.absent) return;
    const onDemand = policy.at("instancesDistribution", "onDemandPercentageAboveBaseCapacity").number() ?? 100;
    const base = policy.at("instancesDistribution", "onDemandBaseCapacity").number() ?? 0;
    const most = machine.at("maxSize").number() ?? 0;
    if (onDemand < 100 && base < most) report(`${100 - onDemand} % of the ${role ?? ""} group's machines are spot.`);
  },
});

const supportedVersion = resourceRule({
  name: "kubernetes-version-supported",
  levels: standard,
  types: [holdfastCluster, aws.eksCluster, aws.eksNodeGroup],
  what: "The Kubernetes version is one that still gets fixes.",
  why: "Upstream fixes the newest three minor versions; a hole found in an older one stays open.",
  fix: "Upgrade, one minor version at a time.",
  setting: "kubernetesVersion",
  parameters: {
    oldestMinor: z.int().min(30).default(34).describe("Oldest 1.x that is accepted; upstream supports three."),
  },
  check(cluster, report, { oldestMinor }) {
    const input = cluster.type === holdfastCluster ? "kubernetesVersion" : "version";
    const version = cluster.at(input).text();
    const minor = minorOf(version);
    if (version === undefined) {
      // A node group follows its cluster.
      if (cluster.type !== aws.eksNodeGroup) report(`${input} is missing.`);
    } else if (minor === undefined) report(`'${version}' is no Kubernetes version.`);
    else if (minor < oldestMinor) report(`Kubernetes ${version} is older than 1.${oldestMinor}.`);
  },
});

const minorOf = (version: string | undefined): number | undefined => {
  const minor = /^v?1\.(\d+)(?:\.|$)/.exec(version ?? "")?.[1];
  return minor === undefined ? undefined : Number(minor);
};

/** kubelet may be this many minor versions behind its API server: kubernetes.io, version skew policy. */
const widestSkew = 3;

const versionsNotSkewed = relationRule({
  name: "kubernetes-versions-not-skewed",
  levels: everywhere,
  types: [aws.eksNodeGroup],
  what: "Machines are never newer than their control plane, and at most three minor versions older.",
  why: "Outside of that kubelet and the API server are not tested with each other, and fail in ways that nobody has seen.",
  fix: "Upgrade the control plane first, then the machines.",
  check(group, report, stack) {
    const machines = minorOf(group.at("version").text());
    if (machines === undefined) return;
    for (const cluster of stack.referredBy(group, "clusterName", aws.eksCluster)) {
      const api = minorOf(cluster.at("version").text());
      if (api === undefined) continue;
      if (machines > api) report(`Machines of 1.${machines} are newer than the control plane, 1.${api}.`);
      else if (api - machines > widestSkew) report(`Machines of 1.${machines} are too old for 1.${api}.`);
    }
  },
});

export const computeRules = [
  imdsTokens,
  imdsHops,
  noSecretsInUserData,
  userDataFits,
  noSshKeys,
  monitored,
  noSpot,
  supportedVersion,
  versionsNotSkewed,
];
