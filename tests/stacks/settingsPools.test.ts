import { poolPatches } from "../../components/node/kubeadmPatches.plan";
import { renderUserData, userDataLimit } from "../../components/node/userData.plan";
import { renderWindowsUserData } from "../../components/node/windowsUserData.plan";
import { maximalSettings } from "../maximalSettings";
import { specOf, windowsChecksums } from "../specs";
import { accepts, cluster, rejects } from "./settingsSupport";

const general = "workers.general";
const needs = { vcpus: { min: 2 }, memoryGiB: { min: 4 } };
const own = { "addons.podNetwork.provider": "none", "nodes.assets.sha256": windowsChecksums() };
const windows = { ...own, "workers.win.os": "windows", "workers.general": {} };
const large = { scale: "large", "etcd.volume": { sizeGiB: 64, iops: 16000, throughputMiBps: 250 } };

rejects([
  // Version
  [
    "a pool that is newer than the cluster",
    { kubernetesVersion: "1.36.3", [`${general}.kubernetesVersion`]: "1.36.4" },
    [`${general}.kubernetesVersion`, /newer than the cluster.*write 1\.36\.3 or an older version, or remove/],
  ],
  [
    "a pool with an unsupported version",
    { kubernetesVersion: "1.36.3", [`${general}.kubernetesVersion`]: "1.33.1" },
    [`${general}.kubernetesVersion`, /unsupported version; choose from 1\.35\.\d+, .*, 1\.36\.3$/],
  ],
  [
    "a patch version of a pool without checksums",
    { [`${general}.kubernetesVersion`]: "1.35.99" },
    [`${general}.kubernetesVersion`, /unknown checksums.*kubernetes\/v1\.35\.99\/bin\/linux\/amd64\/kubelet/],
  ],
  [
    "a checksum of a version that no machine has",
    {
      kubernetesVersion: "1.36.3",
      [`${general}.kubernetesVersion`]: "1.35.8",
      "nodes.assets.sha256": { "kubernetes/v1.37.1/bin/linux/amd64/kubelet": "a".repeat(64) },
    },
    [
      'nodes.assets.sha256["kubernetes/v1.37.1/bin/linux/amd64/kubelet"]',
      /another version than Kubernetes 1\.36\.3 and 1\.35\.8 requires; write kubernetes\/v1\.36\.3/,
    ],
  ],
  [
    "the image of another version than the pool's",
    {
      kubernetesVersion: "1.36.3",
      [`${general}.kubernetesVersion`]: "1.35.8",
      [`${general}.image`]:
        "/aws/service/eks/optimized-ami/1.36/amazon-linux-2023/x86_64/standard/recommended/image_id",
    },
    [`${general}.image`, /contains Kubernetes 1\.36, but its machines run 1\.35; write 1\.35/],
  ],
  // Age
  ["maxNodeAgeDays of less than a day", { [`${general}.maxNodeAgeDays`]: 0 }, [`${general}.maxNodeAgeDays`, /1/]],
  ["maxNodeAgeDays of more than a year", { [`${general}.maxNodeAgeDays`]: 366 }, [`${general}.maxNodeAgeDays`, /365/]],
  ["maxNodeAgeDays in parts of days", { [`${general}.maxNodeAgeDays`]: 1.5 }, [`${general}.maxNodeAgeDays`, /whole/]],
  [
    "maxNodeAgeDays without the drain",
    { [`${general}.maxNodeAgeDays`]: 30, "addons.nodeTerminationHandler.enabled": false },
    [`${general}.maxNodeAgeDays`, /undrained; write addons.nodeTerminationHandler.enabled: true/],
  ],
  // Surge
  [
    "maxUnavailable and maxSurge of 0",
    { [`${general}.maxUnavailable`]: 0, [`${general}.maxSurge`]: 0 },
    [`${general}.maxSurge`, /no machine could be replaced.*write maxSurge: 10/],
  ],
  [
    "maxUnavailable and maxSurge above 100 % together",
    { [`${general}.maxUnavailable`]: 60, [`${general}.maxSurge`]: 50 },
    [`${general}.maxSurge`, /110 % together.*write at most 40/],
  ],
  ["maxUnavailable above 100 %", { [`${general}.maxUnavailable`]: 101 }, [`${general}.maxUnavailable`, /100/]],
  ["maxSurge below 0 %", { [`${general}.maxSurge`]: -1 }, [`${general}.maxSurge`, /0/]],
  ["maxSurge as a number of machines with a unit", { [`${general}.maxSurge`]: "1" }, [`${general}.maxSurge`, /number/]],
  // Types
  [
    "instanceTypes with requirements",
    { "workers.general": { instanceTypes: ["m6i.large"], requirements: needs } },
    [`${general}.requirements`, /not valid together with instanceTypes/],
  ],
  [
    "requirements with max below min",
    { "workers.general.requirements": { ...needs, vcpus: { min: 4, max: 2 } } },
    [`${general}.requirements.vcpus.max`, /at least min; write at least 4/],
  ],
  [
    "requirements without memory",
    { "workers.general.requirements": { vcpus: { min: 2 } } },
    [`${general}.requirements.memoryGiB`, /missing|required/],
  ],
  [
    "requirements.gpus without gpu: true",
    { "workers.general.requirements": { ...needs, gpus: { min: 1 } } },
    [`${general}.requirements.gpus`, /only valid with gpu: true/],
  ],
  [
    "gpu: true without requirements.gpus",
    { "workers.general": { gpu: true, requirements: needs } },
    [`${general}.requirements.gpus`, /write gpus: \{ min: 1 \}/],
  ],
  [
    "excluded instance type with a space",
    { "workers.general.requirements": { ...needs, excludedTypes: ["m5 *"] } },
    [`${general}.requirements.excludedTypes[0]`, /pattern/],
  ],
  [
    "prioritized spot allocation with requirements",
    {
      "workers.general": {
        requirements: needs,
        onDemand: { percentAboveBase: 0 },
        spot: { allocation: "capacityOptimizedPrioritized" },
      },
    },
    [`${general}.spot.allocation`, /requires the order of instanceTypes/],
  ],
  ["unknown spot allocation", { "workers.general.spot.allocation": "lowest-price" }, /priceCapacityOptimized/],
  [
    "warm pool with requirements",
    { "workers.general": { requirements: needs, warmPool: {} } },
    [`${general}.warmPool`, /exactly one on-demand instance type/],
  ],
  // GPUs
  [
    "root volume smaller than the GPU image",
    { "workers.general": { gpu: true, instanceTypes: ["g6.xlarge"], rootVolume: { sizeGiB: 50 } } },
    [`${general}.rootVolume.sizeGiB`, /has 75 GiB/],
  ],
  [
    "arm64 GPU image for amd64",
    { "workers.general": { gpu: true, instanceTypes: ["g6.xlarge"] }, "nodes.gpuImages.amd64": "/gpu-arm64" },
    ["nodes.gpuImages.amd64", /image for arm64/],
  ],
  // Zonal groups
  [
    "pool with the name of a zonal group",
    { "workers.db.perZone": true, "workers.db-a": {}, "workers.general": {} },
    ["workers.db-a", /same name as the group of pool db in zone a/],
  ],
  [
    "pod range too small for zonal groups",
    { "workers.general": { perZone: true, max: 100 } },
    ["network.podCidr", /room for 256 nodes.*grow to 303; write a \/15/],
  ],
  // Sandboxes
  ["unknown sandbox", { "workers.general.sandbox": "kata" }, /gvisor/],
  [
    "sandbox label",
    { '["workers","general","labels","holdfast.dev/sandbox"]': "gvisor" },
    [`${general}.labels["holdfast.dev/sandbox"]`, /write sandbox: gvisor/],
  ],
  // Windows
  ["Windows pool without a Linux pool", { ...own, "workers.general.os": "windows" }, ["workers", /no Linux pool/]],
  [
    "Windows without checksums",
    { "addons.podNetwork.provider": "none", "workers.win.os": "windows", "workers.general": {} },
    ["nodes.assets.sha256", /checksums of Windows binaries.*windows\/amd64\/kubelet\.exe/],
  ],
  [
    "Windows with flannel",
    { ...windows, "addons.podNetwork.provider": "flannel" },
    ["addons.podNetwork.provider", /only supported on Linux here; write none/],
  ],
  [
    "Windows with Cilium",
    { ...windows, "addons.podNetwork.provider": "cilium" },
    ["addons.podNetwork.provider", /like all of Cilium/],
  ],
  [
    "Windows on arm64",
    { ...windows, "workers.win.instanceTypes": ["m7g.large"] },
    ["workers.win.architecture", /write amd64/],
  ],
  [
    "Windows with a sandbox, a warm pool and a small disk",
    { ...windows, "workers.win": { os: "windows", sandbox: "gvisor", warmPool: {}, rootVolume: { sizeGiB: 40 } } },
    ["workers.win.sandbox", /only supported on Linux/],
    ["workers.win.warmPool", /not supported/],
    ["workers.win.rootVolume.sizeGiB", /at least 50/],
  ],
  [
    "Windows with GPUs",
    { ...windows, "workers.win": { os: "windows", gpu: true, instanceTypes: ["g6.xlarge"] } },
    ["workers.win.gpu", /not supported on Windows/],
  ],
  [
    "Linux image for a Windows pool",
    { ...windows, "workers.win": { os: "windows", image: "/ubuntu/24.04" } },
    ["workers.win.image", /a Linux image/],
  ],
  [
    "Linux image as nodes.windowsImage",
    { ...windows, "nodes.windowsImage": "/amazon-linux-2023" },
    ["nodes.windowsImage", /a Linux image/],
  ],
  [
    "taint set by os: windows",
    { ...windows, "workers.win": { os: "windows", taints: [{ key: "os", value: "windows", effect: "NoSchedule" }] } },
    ["workers.win.taints[0].key", /set by os: windows/],
  ],
  // Scale
  [
    "more nodes than scale small supports",
    { "workers.general.max": 600, "network.vpc.cidr": "10.0.0.0/16", "network.podCidr": "10.128.0.0/12" },
    ["scale", /up to 500 nodes.*grow to 603.*write medium/],
  ],
  [
    "5003 nodes in one pool",
    { "workers.general.max": 5000, "network.podCidr": "10.128.0.0/9" },
    ["workers", /5003 nodes.*supports 5000/],
  ],
  [
    "scale: large with the default etcd volume",
    { scale: "large" },
    ["etcd.maintenance.quotaBytes", /must fit 3 times/],
    ["etcd.volume.iops", /scale large.*at least 16000/],
    ["etcd.volume.throughputMiBps", /at least 250/],
  ],
  [
    "scale: large with a small etcd quota",
    { ...large, "etcd.maintenance.quotaBytes": 2 ** 31 },
    ["etcd.maintenance.quotaBytes", /too low for scale large/],
  ],
  ["unknown scale", { scale: "huge" }, /small.*medium.*large/],
  [
    "maxPods above the addresses of a node",
    { "network.nodeCidrMaskSize": 26 },
    [`${general}.maxPods`, /more than the 62 addresses of a node's \/26/],
  ],
  [
    "pod range wider than the controller manager supports",
    { "network.nodeCidrMaskSize": 27, "network.podCidr": "10.128.0.0/10", "workers.general.maxPods": 30 },
    ["network.podCidr", /write a range of \/11 to \/23/],
  ],
]);

accepts([
  ["requirements", cluster({ "workers.general.requirements": needs })],
  ["GPU requirements", cluster({ "workers.general": { gpu: true, requirements: { ...needs, gpus: { min: 1 } } } })],
  ["arm64 with requirements", cluster({ "workers.general": { requirements: needs, architecture: "arm64" } })],
  [
    "custom GPU image on a small disk",
    cluster({
      "workers.general": {
        gpu: true,
        instanceTypes: ["g6.xlarge"],
        image: "ami-00000000000000001",
        rootVolume: { sizeGiB: 30 },
      },
    }),
  ],
  ["zonal groups beside a pool with a similar name", cluster({ "workers.db.perZone": true, "workers.db-x": {} })],
  ["Windows and Linux pools", cluster(windows)],
  [
    "Windows with Cilium and addons.enabled: false",
    cluster({ ...windows, "addons.podNetwork.provider": "cilium", "addons.enabled": false }),
  ],
  ["scale: large", cluster(large)],
  ["/26 node ranges with maxPods of 58", cluster({ "network.nodeCidrMaskSize": 26, "workers.general.maxPods": 58 })],
  ["a parameter in EC2's notation", cluster({ "nodes.images.amd64": "resolve:ssm:golden-image:3" })],
  [
    "pins of all groups of machines",
    cluster({
      "etcd.topology": "external",
      "nodes.imagePins": Object.fromEntries(
        ["control-plane", "etcd", "worker-general"].map((group) => [group, "ami-0123456789abcdef0"]),
      ),
    }),
  ],
  ["unused GPU image for another architecture", cluster({ "nodes.gpuImages.amd64": "/gpu-arm64" })],
]);

test.each([
  ["linux", {}],
  ["windows", { nodes: { assets: { sha256: windowsChecksums() } }, addons: { podNetwork: { provider: "none" } } }],
] as const)("user data of the largest %s pool stays below EC2's limit", (os, settings) => {
  const name = "p".repeat(28);
  const taints = Array.from({ length: 33 }, (_, index) => ({
    key: `${"k".repeat(18)}.example.com/${"k".repeat(48)}-${10 + index}`,
    value: "v".repeat(63),
    effect: "PreferNoSchedule",
  }));
  const kubelet = {
    ...maximalSettings.nodes.kubelet,
    ...maximalSettings.workers.reserved.kubelet,
    evictionHard: {},
    reservedMemory: [{ numaNode: 0, limits: { memory: "1100Mi" } }],
    allowedUnsafeSysctls: Array.from({ length: 10 }, (_, index) => `net.${index}${"s".repeat(59)}`),
  };
  const spec = specOf({
    name: "c".repeat(20),
    domain: `${[63, 63, 63, 40].map((length) => "d".repeat(length)).join(".")}.example.com`,
    workers: { linux: {}, [name]: { os, taints, kubelet: os === "windows" ? {} : kubelet } },
    ...settings,
  });
  const pool = spec.workers[name];
  const patches = poolPatches(spec, name);
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
    patches,
  });
  expect(Buffer.byteLength(rendered)).toBeLessThan(userDataLimit);
});
