import { rejects } from "./settingsSupport";

const general = "workers.general";

// Machine and pool settings that conflict with each other.
rejects([
  [
    "instance size that the family does not have",
    { "controlPlane.instanceType": "m6i.3xlarge" },
    /^m6i has no size 3xlarge; did you mean m6i\.xlarge\?$/,
  ],
  [
    "external etcd with too little memory",
    { etcd: { topology: "external", instanceType: "t3.micro" } },
    ["etcd.instanceType", /less than 1700 MB of memory/],
  ],
  [
    "worker with too little memory",
    { "workers.general.instanceTypes": ["t3.small", "t3.nano"] },
    ["workers.general.instanceTypes[1]", /less than 800 MB of memory/],
  ],
  // Control plane, etcd, images
  [
    "control-plane quorum in two zones",
    { "network.zones": ["a", "b"] },
    ["controlPlane.members", /eu-central-1a would hold 2 of 3/],
  ],
  [
    "external etcd quorum in one zone",
    { "network.zones": ["a"], "controlPlane.members": 1, "etcd.topology": "external" },
    ["etcd.members", /3 of 3 members, and etcd would lose its quorum/],
  ],
  ["control plane with one CPU", { "controlPlane.instanceType": "m7g.medium" }, /one CPU/],
  ["control plane with 1 GiB of memory", { "controlPlane.instanceType": "t3.micro" }, /1700 MB/],
  [
    "architecture that differs from the instance type",
    { "controlPlane.instanceType": "m7g.large", "controlPlane.architecture": "amd64" },
    ["controlPlane.architecture", /m7g\.large is arm64/],
  ],
  [
    "etcd architecture that differs from the instance type",
    { "etcd.topology": "external", "etcd.instanceType": "im4gn.large", "etcd.architecture": "amd64" },
    ["etcd.architecture", /im4gn\.large is arm64/],
  ],
  [
    "IOPS above 500 per GiB",
    { "etcd.volume": { sizeGiB: 10, iops: 6000 } },
    ["etcd.volume.iops", /at most 5000, or sizeGiB: 12/],
  ],
  [
    "throughput above a quarter of the IOPS",
    { "workers.general.rootVolume.throughputMiBps": 900 },
    /at most 750, or iops: 3600/,
  ],
  [
    "certificates as long as a one-year authority",
    { "pki.authorityYears": 1, "pki.adminHours": 8760 },
    ["pki.adminHours", /shorter than the authority's validity/],
    ["pki.leafHours", /authority/],
  ],
  ["arm64 image for amd64", { "nodes.images.amd64": "/my/node-arm64" }, /image for arm64; write one for amd64/],
  [
    "same image for both architectures",
    { "nodes.images": { amd64: "ami-0123456789abcdef0", arm64: "ami-0123456789abcdef0" } },
    ["nodes.images.arm64", /one architecture/],
  ],
  [
    "image with another Kubernetes version",
    {
      kubernetesVersion: "1.36.3",
      "nodes.images.amd64":
        "/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/x86_64/standard/recommended/image_id",
    },
    ["nodes.images.amd64", /contains Kubernetes 1\.34, but its machines run 1\.36/],
  ],
  [
    "image without cloud-init",
    { "nodes.images.amd64": "/aws/service/bottlerocket/aws-k8s-1.36/x86_64/latest/image_id" },
    /no cloud-init/,
  ],
  [
    "Ubuntu image with the root device of Amazon Linux",
    { "nodes.images.amd64": "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id" },
    ["nodes.rootDevice", /boots from \/dev\/sda1/],
  ],
  [
    "pin of a pool that does not exist",
    { "nodes.imagePins": { "worker-genral": "ami-0123456789abcdef0" } },
    ["nodes.imagePins.worker-genral", /no such group of machines; did you mean worker-general\?/],
  ],
  [
    "pin of etcd with stacked members",
    { "nodes.imagePins": { etcd: "ami-0123456789abcdef0" } },
    ["nodes.imagePins.etcd", /only valid with topology: external/],
  ],
  [
    "pin beside an AMI id",
    {
      "nodes.imagePins": { "worker-general": "ami-0123456789abcdef0" },
      "workers.general.image": "ami-0fedcba9876543210",
    },
    ["nodes.imagePins.worker-general", /workers\.general\.image is an AMI id already; remove one of the two/],
  ],
  // Pools
  ["empty workers", { workers: {} }, /no pool/],
  ["max below min", { "workers.general": { min: 5, max: 2 } }, [`${general}.max`, /at least min \(5\)/]],
  ["max below the default min", { "workers.general": { max: 0 } }, [`${general}.max`, /at least min \(1\)/]],
  [
    "5503 nodes in two pools",
    { "network.podCidr": "100.64.0.0/10", "workers.general.max": 3000, "workers.more.max": 2500 },
    ["workers", /5503 nodes.*5000/],
  ],
  [
    "on-demand base above max",
    { "workers.general": { max: 4, onDemand: { base: 5 } } },
    [`${general}.onDemand.base`, /more than the pool's max; write at most 4/],
  ],
  [
    "instance types of two architectures",
    { "workers.general.instanceTypes": ["m7g.large", "m6i.large"] },
    [`${general}.instanceTypes[1]`, /amd64, but m7g\.large is arm64/],
  ],
  [
    "duplicate instance type",
    { "workers.general.instanceTypes": ["m6i.large", "m6i.large"] },
    [`${general}.instanceTypes[1]`, /duplicate/],
  ],
  [
    "pool architecture that differs from the instance type",
    { "workers.general": { instanceTypes: ["t4g.large"], architecture: "amd64" } },
    [`${general}.architecture`, /t4g\.large is arm64/],
  ],
  [
    "GPU instance type without gpu: true",
    { "workers.general.instanceTypes": ["g6.xlarge"] },
    [`${general}.instanceTypes[0]`, /write gpu: true/],
  ],
  [
    "gpu: true without an NVIDIA GPU",
    { "workers.general": { instanceTypes: ["g4ad.xlarge"], gpu: true } },
    [`${general}.instanceTypes[0]`, /no NVIDIA GPU/],
  ],
  [
    "pool zone outside network.zones",
    { "workers.general.zones": ["a", "d"] },
    [`${general}.zones[1]`, /not a zone of the cluster/],
  ],
  [
    "warm pool with spot instances",
    { "workers.general": { max: 4, warmPool: {}, onDemand: { percentAboveBase: 50 } } },
    [`${general}.warmPool`, /cannot contain spot instances/],
  ],
  [
    "warm pool with two instance types",
    { "workers.general": { warmPool: {}, instanceTypes: ["m6i.large", "m5.large"] } },
    [`${general}.warmPool`, /exactly one on-demand instance type/],
  ],
  [
    "warm pool max above the pool's max",
    { "workers.general": { max: 4, warmPool: { max: 8 } } },
    [`${general}.warmPool.max`, /more than the pool's max; write at most 4/],
  ],
  [
    "warm pool min above its max",
    { "workers.general": { max: 4, warmPool: { min: 3, max: 2 } } },
    [`${general}.warmPool.min`, /more than its max; write at most 2/],
  ],
  [
    "arm64 image for an amd64 pool",
    { "workers.general.image": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64" },
    /image for arm64/,
  ],
  [
    "node-role label",
    { '["workers","general","labels","node-role.kubernetes.io/worker"]': "" },
    [`${general}.labels["node-role.kubernetes.io/worker"]`, /may not set labels in kubernetes\.io/],
  ],
  [
    "node-restriction label",
    { '["workers","general","labels","example.node-restriction.kubernetes.io/a"]': "x" },
    [`${general}.labels["example.node-restriction.kubernetes.io/a"]`, /after it has joined/],
  ],
  [
    "label set by Kubernetes",
    { '["workers","general","labels","topology.kubernetes.io/zone"]': "x" },
    [`${general}.labels["topology.kubernetes.io/zone"]`, /set by Kubernetes; remove it/],
  ],
  [
    "label set by Holdfast",
    { '["workers","general","labels","holdfast.dev/pool"]': "x" },
    [`${general}.labels["holdfast.dev/pool"]`, /set by Holdfast/],
  ],
  [
    "label key longer than the autoscaler's tag allows",
    { [`["workers","general","labels","${"a".repeat(50)}.example.com/${"b".repeat(40)}"]`]: "x" },
    [`${general}.labels["${"a".repeat(50)}.example.com/${"b".repeat(40)}"]`, /has room for 82/],
  ],
  [
    "duplicate taint",
    {
      "workers.general.taints": [
        { key: "a", effect: "NoSchedule" },
        { key: "a", value: "b", effect: "NoSchedule" },
      ],
    },
    [`${general}.taints[1]`, /duplicate key and effect a:NoSchedule/],
  ],
  [
    "taint set by Kubernetes",
    { "workers.general.taints": [{ key: "node.kubernetes.io/not-ready", effect: "NoExecute" }] },
    [`${general}.taints[0].key`, /set and removed by Kubernetes/],
  ],
  [
    "taint set by gpu: true",
    {
      "workers.general": {
        instanceTypes: ["g6.xlarge"],
        gpu: true,
        taints: [{ key: "nvidia.com/gpu", effect: "NoSchedule" }],
      },
    },
    [`${general}.taints[0].key`, /set by gpu: true/],
  ],
  [
    "arm64 AMI of the cluster for an amd64 pool",
    {
      "nodes.images": { amd64: "ami-0123456789abcdef0", arm64: "ami-0123456789abcdef1" },
      "workers.general.image": "ami-0123456789abcdef1",
    },
    [`${general}.image`, /same image as nodes\.images\.arm64/],
  ],
]);
