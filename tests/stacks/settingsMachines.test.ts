import type { BadInput } from "./settingsSupport";
import { cluster, expectProblems } from "./settingsSupport";

const general = "cluster.workers.general";

/** Machines and pools that are right setting by setting, and cannot be together. */
const badInputs: readonly BadInput[] = [
  [
    "a size that the instance family lacks",
    cluster({ "controlPlane.instanceType": "m6i.3xlarge" }),
    ["cluster.controlPlane.instanceType", /^m6i has no size 3xlarge; did you mean m6i\.xlarge\?$/],
  ],
  [
    "external etcd without enough memory",
    cluster({ etcd: { topology: "external", instanceType: "t3.micro" } }),
    ["cluster.etcd.instanceType", /less than 1700 MB of memory/],
  ],
  [
    "workers without enough memory",
    cluster({ "workers.general.instanceTypes": ["t3.small", "t3.nano"] }),
    ["cluster.workers.general.instanceTypes[1]", /less than 800 MB of memory/],
  ],
  // Control plane, etcd, images
  [
    "a quorum in two zones",
    cluster({ "network.zones": ["a", "b"] }),
    ["cluster.controlPlane.members", /eu-central-1a would hold 2 of 3/],
  ],
  [
    "an external quorum in one zone",
    cluster({ "network.zones": ["a"], "controlPlane.members": 1, "etcd.topology": "external" }),
    ["cluster.etcd.members", /3 of 3 members, and etcd would lose its quorum/],
  ],
  [
    "a control plane with one CPU",
    cluster({ "controlPlane.instanceType": "m7g.medium" }),
    ["cluster.controlPlane.instanceType", /one CPU/],
  ],
  [
    "a control plane with 1 GiB",
    cluster({ "controlPlane.instanceType": "t3.micro" }),
    ["cluster.controlPlane.instanceType", /1700 MB/],
  ],
  [
    "a declared architecture of another type",
    cluster({ "controlPlane.instanceType": "m7g.large", "controlPlane.architecture": "amd64" }),
    ["cluster.controlPlane.architecture", /m7g\.large is arm64/],
  ],
  [
    "external etcd on the wrong architecture",
    cluster({ "etcd.topology": "external", "etcd.instanceType": "im4gn.large", "etcd.architecture": "amd64" }),
    ["cluster.etcd.architecture", /im4gn\.large is arm64/],
  ],
  [
    "IOPS beyond a disk's size",
    cluster({ "etcd.volume": { sizeGiB: 10, iops: 6000 } }),
    ["cluster.etcd.volume.iops", /at most 5000, or sizeGiB: 12/],
  ],
  [
    "throughput beyond the IOPS",
    cluster({ "workers.general.rootVolume.throughputMiBps": 900 }),
    [`${general}.rootVolume.throughputMiBps`, /at most 750, or iops: 3600/],
  ],
  [
    "an administrator who outlives the authority",
    cluster({ "pki.authorityYears": 1, "pki.adminHours": 8760 }),
    ["cluster.pki.adminHours", /shorter than the authority's validity/],
    ["cluster.pki.leafHours", /authority/],
  ],
  [
    "an Arm image for amd64",
    cluster({ "nodes.images.amd64": "resolve:ssm:/my/node-arm64" }),
    ["cluster.nodes.images.amd64", /image for arm64; write one for amd64/],
  ],
  [
    "one image for both architectures",
    cluster({ "nodes.images": { amd64: "ami-0123456789abcdef0", arm64: "ami-0123456789abcdef0" } }),
    ["cluster.nodes.images.arm64", /one architecture/],
  ],
  [
    "an image with another Kubernetes in it",
    cluster({
      kubernetesVersion: "1.36.3",
      "nodes.images.amd64":
        "resolve:ssm:/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/x86_64/standard/recommended/image_id",
    }),
    ["cluster.nodes.images.amd64", /contains Kubernetes 1\.34, but the cluster runs 1\.36/],
  ],
  [
    "an image without cloud-init",
    cluster({ "nodes.images.amd64": "resolve:ssm:/aws/service/bottlerocket/aws-k8s-1.36/x86_64/latest/image_id" }),
    ["cluster.nodes.images.amd64", /no cloud-init/],
  ],
  [
    "Ubuntu with Amazon Linux' root device",
    cluster({
      "nodes.images.amd64":
        "resolve:ssm:/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
    }),
    ["cluster.nodes.rootDevice", /boots from \/dev\/sda1/],
  ],
  // Pools
  ["no pool", cluster({ workers: {} }), ["cluster.workers", /no pool/]],
  [
    "a pool with max below min",
    cluster({ "workers.general": { min: 5, max: 2 } }),
    [`${general}.max`, /at least min \(5\)/],
  ],
  [
    "a pool with max below the default min",
    cluster({ "workers.general": { max: 0 } }),
    [`${general}.max`, /at least min \(1\)/],
  ],
  [
    "more nodes than Kubernetes takes",
    cluster({ "network.podCidr": "100.64.0.0/10", "workers.general.max": 3000, "workers.more.max": 2500 }),
    ["cluster.workers", /5503 nodes.*5000/],
  ],
  [
    "more on-demand machines than machines",
    cluster({ "workers.general": { max: 4, onDemand: { base: 5 } } }),
    [`${general}.onDemand.base`, /more than the pool's max; write at most 4/],
  ],
  [
    "two architectures in a pool",
    cluster({ "workers.general.instanceTypes": ["m7g.large", "m6i.large"] }),
    [`${general}.instanceTypes[1]`, /amd64, but m7g\.large is arm64/],
  ],
  [
    "an instance type twice",
    cluster({ "workers.general.instanceTypes": ["m6i.large", "m6i.large"] }),
    [`${general}.instanceTypes[1]`, /duplicate/],
  ],
  [
    "a pool's declared architecture",
    cluster({ "workers.general": { instanceTypes: ["t4g.large"], architecture: "amd64" } }),
    [`${general}.architecture`, /t4g\.large is arm64/],
  ],
  [
    "GPU machines without the flag",
    cluster({ "workers.general.instanceTypes": ["g6.xlarge"] }),
    [`${general}.instanceTypes[0]`, /write gpu: true/],
  ],
  [
    "the flag without GPUs",
    cluster({ "workers.general": { instanceTypes: ["g4ad.xlarge"], gpu: true } }),
    [`${general}.instanceTypes[0]`, /no NVIDIA GPU/],
  ],
  [
    "a pool outside the cluster's zones",
    cluster({ "workers.general.zones": ["a", "d"] }),
    [`${general}.zones[1]`, /no zone of the cluster/],
  ],
  [
    "a warm pool of spot machines",
    cluster({ "workers.general": { max: 4, warmPool: {}, onDemand: { percentAboveBase: 50 } } }),
    [`${general}.warmPool`, /cannot contain spot instances/],
  ],
  [
    "a warm pool of two types",
    cluster({ "workers.general": { warmPool: {}, instanceTypes: ["m6i.large", "m5.large"] } }),
    [`${general}.warmPool`, /exactly one on-demand instance type/],
  ],
  [
    "a warm pool larger than its pool",
    cluster({ "workers.general": { max: 4, warmPool: { max: 8 } } }),
    [`${general}.warmPool.max`, /more than the pool's max; write at most 4/],
  ],
  [
    "a warm pool with min above max",
    cluster({ "workers.general": { max: 4, warmPool: { min: 3, max: 2 } } }),
    [`${general}.warmPool.min`, /more than its max; write at most 2/],
  ],
  [
    "an Arm image for an amd64 pool",
    cluster({
      "workers.general.image": "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
    }),
    [`${general}.image`, /image for arm64/],
  ],
  [
    "a label that nodes may not set",
    cluster({ '["workers","general","labels","node-role.kubernetes.io/worker"]': "" }),
    [`${general}.labels["node-role.kubernetes.io/worker"]`, /may not set labels in kubernetes\.io/],
  ],
  [
    "a label of node restriction",
    cluster({ '["workers","general","labels","example.node-restriction.kubernetes.io/a"]': "x" }),
    [`${general}.labels["example.node-restriction.kubernetes.io/a"]`, /after it has joined/],
  ],
  [
    "a label that Kubernetes sets",
    cluster({ '["workers","general","labels","topology.kubernetes.io/zone"]': "x" }),
    [`${general}.labels["topology.kubernetes.io/zone"]`, /set by Kubernetes; remove it/],
  ],
  [
    "the label that Holdfast sets",
    cluster({ '["workers","general","labels","holdfast.dev/pool"]': "x" }),
    [`${general}.labels["holdfast.dev/pool"]`, /set by Holdfast/],
  ],
  [
    "a label's key too long for the autoscaler's tag",
    cluster({ [`["workers","general","labels","${"a".repeat(50)}.example.com/${"b".repeat(40)}"]`]: "x" }),
    [`${general}.labels["${"a".repeat(50)}.example.com/${"b".repeat(40)}"]`, /has room for 82/],
  ],
  [
    "a taint twice",
    cluster({
      "workers.general.taints": [
        { key: "a", effect: "NoSchedule" },
        { key: "a", value: "b", effect: "NoSchedule" },
      ],
    }),
    [`${general}.taints[1]`, /duplicate key and effect a:NoSchedule/],
  ],
  [
    "a taint of Kubernetes",
    cluster({ "workers.general.taints": [{ key: "node.kubernetes.io/not-ready", effect: "NoExecute" }] }),
    [`${general}.taints[0].key`, /set and removed by Kubernetes/],
  ],
  [
    "the taint of GPU machines",
    cluster({
      "workers.general": {
        instanceTypes: ["g6.xlarge"],
        gpu: true,
        taints: [{ key: "nvidia.com/gpu", effect: "NoSchedule" }],
      },
    }),
    [`${general}.taints[0].key`, /set by gpu: true/],
  ],
  [
    "another architecture's image by id",
    cluster({
      "nodes.images": { amd64: "ami-0123456789abcdef0", arm64: "ami-0123456789abcdef1" },
      "workers.general.image": "ami-0123456789abcdef1",
    }),
    [`${general}.image`, /same image as nodes\.images\.arm64/],
  ],
];

test.each(badInputs.map((input) => ({ what: input[0], input })))(
  "$what is a problem that says what to write",
  ({ input }) => {
    expectProblems(input);
  },
);
