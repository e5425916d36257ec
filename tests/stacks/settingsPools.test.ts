import { renderUserData, userDataLimit } from "../../components/node/userData.plan";
import { renderWindowsUserData } from "../../components/node/windowsUserData.plan";
import { specOf, windowsChecksums } from "../specs";
import type { BadInput } from "./settingsSupport";
import { cluster, expectProblems, problemsOf } from "./settingsSupport";

const general = "cluster.workers.general";
const needs = { vcpus: { min: 2 }, memoryGiB: { min: 4 } };
const own = { "addons.podNetwork.provider": "none", "nodes.assets.sha256": windowsChecksums() };
const windows = { ...own, "workers.win.os": "windows", "workers.general": {} };
const large = { scale: "large", "etcd.volume": { sizeGiB: 64, iops: 16000, throughputMiBps: 250 } };

const badInputs: readonly BadInput[] = [
  // Types
  [
    "types and requirements",
    cluster({ "workers.general": { instanceTypes: ["m6i.large"], requirements: needs } }),
    [`${general}.requirements`, /not valid together with instanceTypes/],
  ],
  [
    "requirements with max below min",
    cluster({ "workers.general.requirements": { ...needs, vcpus: { min: 4, max: 2 } } }),
    [`${general}.requirements.vcpus.max`, /at least min; write at least 4/],
  ],
  [
    "requirements without memory",
    cluster({ "workers.general.requirements": { vcpus: { min: 2 } } }),
    [`${general}.requirements.memoryGiB`, /missing|required/],
  ],
  [
    "GPUs that nobody asked for",
    cluster({ "workers.general.requirements": { ...needs, gpus: { min: 1 } } }),
    [`${general}.requirements.gpus`, /only valid with gpu: true/],
  ],
  [
    "a GPU pool that any type would do for",
    cluster({ "workers.general": { gpu: true, requirements: needs } }),
    [`${general}.requirements.gpus`, /write gpus: \{ min: 1 \}/],
  ],
  [
    "a pattern with a space",
    cluster({ "workers.general.requirements": { ...needs, excludedTypes: ["m5 *"] } }),
    [`${general}.requirements.excludedTypes[0]`, /pattern/],
  ],
  [
    "an order of what has none",
    cluster({
      "workers.general": {
        requirements: needs,
        onDemand: { percentAboveBase: 0 },
        spot: { allocation: "capacityOptimizedPrioritized" },
      },
    }),
    [`${general}.spot.allocation`, /requires the order of instanceTypes/],
  ],
  [
    "an allocation in AWS' spelling",
    cluster({ "workers.general.spot.allocation": "lowest-price" }),
    [`${general}.spot.allocation`, /priceCapacityOptimized/],
  ],
  [
    "a warm pool of whatever AWS chooses",
    cluster({ "workers.general": { requirements: needs, warmPool: {} } }),
    [`${general}.warmPool`, /exactly one on-demand instance type/],
  ],
  // GPUs
  [
    "a disk that is smaller than the image of GPU machines",
    cluster({ "workers.general": { gpu: true, instanceTypes: ["g6.xlarge"], rootVolume: { sizeGiB: 50 } } }),
    [`${general}.rootVolume.sizeGiB`, /has 75 GiB/],
  ],
  [
    "an Arm image for amd64 GPU machines",
    cluster({
      "workers.general": { gpu: true, instanceTypes: ["g6.xlarge"] },
      "nodes.gpuImages.amd64": "resolve:ssm:/gpu-arm64",
    }),
    ["cluster.nodes.gpuImages.amd64", /image for arm64/],
  ],
  // Groups by zone
  [
    "a pool called like another's group",
    cluster({ "workers.db.perZone": true, "workers.db-a": {}, "workers.general": {} }),
    ["cluster.workers.db-a", /same name as the group of pool db in zone a/],
  ],
  [
    "more machines of each zone than there is room for",
    cluster({ "workers.general": { perZone: true, max: 100 } }),
    ["cluster.network.podCidr", /room for 256 nodes.*grow to 303; write a \/15/],
  ],
  // Sandboxes
  ["an unknown sandbox", cluster({ "workers.general.sandbox": "kata" }), [`${general}.sandbox`, /gvisor/]],
  [
    "the label of sandboxes",
    cluster({ '["workers","general","labels","holdfast.dev/sandbox"]': "gvisor" }),
    [`${general}.labels["holdfast.dev/sandbox"]`, /write sandbox: gvisor/],
  ],
  // Windows
  ["Windows alone", cluster({ ...own, "workers.general.os": "windows" }), ["cluster.workers", /no Linux pool/]],
  [
    "Windows without checksums",
    cluster({ "addons.podNetwork.provider": "none", "workers.win.os": "windows", "workers.general": {} }),
    ["cluster.nodes.assets.sha256", /checksums of Windows binaries.*windows\/amd64\/kubelet\.exe/],
  ],
  [
    "Windows on a pod network for Linux",
    cluster({ ...windows, "addons.podNetwork.provider": "flannel" }),
    ["cluster.addons.podNetwork.provider", /only supported on Linux here; write none/],
  ],
  [
    "Windows on Cilium",
    cluster({ ...windows, "addons.podNetwork.provider": "cilium" }),
    ["cluster.addons.podNetwork.provider", /like all of Cilium/],
  ],
  [
    "Windows on Arm",
    cluster({ ...windows, "workers.win.instanceTypes": ["m7g.large"] }),
    ["cluster.workers.win.architecture", /write amd64/],
  ],
  [
    "Windows in a sandbox, kept ready, on a disk that is too small",
    cluster({
      ...windows,
      "workers.win": { os: "windows", sandbox: "gvisor", warmPool: {}, rootVolume: { sizeGiB: 40 } },
    }),
    ["cluster.workers.win.sandbox", /only supported on Linux/],
    ["cluster.workers.win.warmPool", /not supported/],
    ["cluster.workers.win.rootVolume.sizeGiB", /at least 50/],
  ],
  [
    "Windows with GPUs",
    cluster({ ...windows, "workers.win": { os: "windows", gpu: true, instanceTypes: ["g6.xlarge"] } }),
    ["cluster.workers.win.gpu", /not supported on Windows/],
  ],
  [
    "Windows from an image of Linux",
    cluster({ ...windows, "workers.win": { os: "windows", image: "resolve:ssm:/ubuntu/24.04" } }),
    ["cluster.workers.win.image", /a Linux image/],
  ],
  [
    "Windows from the cluster's image of Linux",
    cluster({ ...windows, "nodes.windowsImage": "resolve:ssm:/amazon-linux-2023" }),
    ["cluster.nodes.windowsImage", /a Linux image/],
  ],
  [
    "a second taint of Windows",
    cluster({
      ...windows,
      "workers.win": { os: "windows", taints: [{ key: "os", value: "windows", effect: "NoSchedule" }] },
    }),
    ["cluster.workers.win.taints[0].key", /set by os: windows/],
  ],
  // Scale
  [
    "more nodes than the scale is for",
    cluster({ "workers.general.max": 600, "network.vpc.cidr": "10.0.0.0/16", "network.podCidr": "10.128.0.0/12" }),
    ["cluster.scale", /up to 500 nodes.*grow to 603.*write medium/],
  ],
  [
    "more nodes than Kubernetes takes",
    cluster({ "workers.general.max": 5000, "network.podCidr": "10.128.0.0/9" }),
    ["cluster.workers", /5003 nodes.*supports 5000/],
  ],
  [
    "a large cluster on etcd's smallest disk",
    cluster({ scale: "large" }),
    ["cluster.etcd.maintenance.quotaBytes", /must fit 3 times/],
    ["cluster.etcd.volume.iops", /scale large.*at least 16000/],
    ["cluster.etcd.volume.throughputMiBps", /at least 250/],
  ],
  [
    "a large cluster with a small quota",
    cluster({ ...large, "etcd.maintenance.quotaBytes": 2 ** 31 }),
    ["cluster.etcd.maintenance.quotaBytes", /too low for scale large/],
  ],
  ["an unknown scale", cluster({ scale: "huge" }), ["cluster.scale", /small.*medium.*large/]],
  [
    "more pods than a node has addresses",
    cluster({ "network.nodeCidrMaskSize": 26 }),
    [`${general}.maxPods`, /more than the 62 addresses of a node's \/26/],
  ],
  [
    "a pod range that is wider than the controller manager counts",
    cluster({ "network.nodeCidrMaskSize": 27, "network.podCidr": "10.128.0.0/10", "workers.general.maxPods": 30 }),
    ["cluster.network.podCidr", /write a range of \/11 to \/23/],
  ],
];

test.each(badInputs.map((input) => ({ what: input[0], input })))("$what", ({ input }) => {
  expectProblems(input);
});

test.each([
  ["requirements", cluster({ "workers.general.requirements": needs })],
  ["requirements of GPUs", cluster({ "workers.general": { gpu: true, requirements: { ...needs, gpus: { min: 1 } } } })],
  ["Arm by requirements", cluster({ "workers.general": { requirements: needs, architecture: "arm64" } })],
  [
    "a GPU image of one's own on a small disk",
    cluster({
      "workers.general": {
        gpu: true,
        instanceTypes: ["g6.xlarge"],
        image: "ami-00000000000000001",
        rootVolume: { sizeGiB: 30 },
      },
    }),
  ],
  ["a group for each zone", cluster({ "workers.db.perZone": true, "workers.db-x": {} })],
  ["Windows beside Linux", cluster(windows)],
  [
    "Windows where nothing is installed",
    cluster({ ...windows, "addons.podNetwork.provider": "cilium", "addons.enabled": false }),
  ],
  ["a large cluster", cluster(large)],
  ["smaller ranges for nodes of few pods", cluster({ "network.nodeCidrMaskSize": 26, "workers.general.maxPods": 58 })],
  ["a GPU image that no pool takes", cluster({ "nodes.gpuImages.amd64": "resolve:ssm:/gpu-arm64" })],
])("%s: right", (_what, config) => {
  expect(problemsOf(config)).toEqual([]);
});

test.each([
  ["linux", {}],
  ["windows", { nodes: { assets: { sha256: windowsChecksums() } }, addons: { podNetwork: { provider: "none" } } }],
] as const)("user data of the largest %s pool stays within EC2's limit", (os, settings) => {
  const name = "p".repeat(28);
  const taints = Array.from({ length: 33 }, (_, index) => ({
    key: `${"k".repeat(18)}.example.com/${"k".repeat(48)}-${10 + index}`,
    value: "v".repeat(63),
    effect: "PreferNoSchedule",
  }));
  const spec = specOf({
    name: "c".repeat(20),
    domain: `${[63, 63, 63, 40].map((length) => "d".repeat(length)).join(".")}.example.com`,
    workers: { linux: {}, [name]: { os, taints } },
    ...settings,
  });
  const pool = spec.workers[name];
  const render = os === "windows" ? renderWindowsUserData : renderUserData;
  const rendered = render({
    bundle: { bucket: "b".repeat(63), key: `bundle/${"0".repeat(64)}.tar.gz`, sha256: "0".repeat(64) },
    node: {
      cluster: spec.name,
      region: "ap-northeast-1",
      role: "worker",
      group: `${spec.name}-worker-${name}-${"z".repeat(8)}`,
      pool: { name, labels: {}, taints: pool?.taints ?? [], maxPods: 110, gpu: true, sandbox: "gvisor" },
    },
  });
  expect(Buffer.byteLength(rendered)).toBeLessThan(userDataLimit);
});
