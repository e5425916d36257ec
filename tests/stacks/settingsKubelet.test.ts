/** Settings of kubelets and of the control plane's components. */
import { notApiServerSettings, notControllerManagerSettings } from "../../components/controlPlane/notConfigurable";
import { notConfigurable } from "../../components/node/kubelet/notConfigurable";
import { forWindows } from "../specs";
import { accepts, cluster, problemsOf, rejects } from "./settingsSupport";

const nodes = "nodes.kubelet";
const general = "workers.general.kubelet";
const soft = { evictionSoft: { "memory.available": "1Gi" }, evictionSoftGracePeriod: { "memory.available": "90s" } };
const memoryManager = { memoryManagerPolicy: "Static" };
const requirements = { vcpus: { min: 4 }, memoryGiB: { min: 8 } };

rejects([
  // Values
  ["a duration without unit", { [`${nodes}.imageMinimumGCAge`]: 90 }, /such as 90s/],
  ["a duration in milliseconds", { [`${nodes}.imageMinimumGCAge`]: "90ms" }, /whole hours, minutes and seconds/],
  ["a negative duration", { [`${nodes}.imageMinimumGCAge`]: "-1m" }, /write a duration in/],
  ["a duration beyond its range", { [`${nodes}.shutdownGracePeriod`]: "3m" }, /from 1s to 2m/],
  ["a quantity in words", { [`${nodes}.containerLogMaxSize`]: "50 MB" }, /write a quantity such as 50Mi/],
  ["a quantity beyond its range", { [`${nodes}.containerLogMaxSize`]: "2Gi" }, /from 1Mi to 1Gi/],
  ["fewer processes than a pod needs", { [`${nodes}.podPidsLimit`]: 100 }, /at least 1024/],
  ["thresholds as a flag", { [`${nodes}.evictionHard`]: "memory.available<100Mi" }, /must be a mapping/],
  [
    "a threshold of nothing",
    { [`${nodes}.evictionHard`]: { "memory.available": "0%" } },
    [`${nodes}.evictionHard["memory.available"]`, /above 0/],
  ],
  [
    "an unknown signal",
    { [`${nodes}.evictionHard`]: { "memory.free": "1Gi" } },
    [`${nodes}.evictionHard["memory.free"]`, /choose from memory.available|did you mean/],
  ],
  [
    "a parameter of the whole machine",
    { [`${nodes}.allowedUnsafeSysctls`]: ["vm.max_map_count"] },
    [`${nodes}.allowedUnsafeSysctls[0]`, /each pod has its own/],
  ],
  [
    "a parameter in the middle of a pattern",
    { [`${nodes}.allowedUnsafeSysctls`]: ["net.*.forwarding"] },
    [`${nodes}.allowedUnsafeSysctls[0]`, /each pod has its own/],
  ],
  [
    "duplicate parameters",
    { [`${nodes}.allowedUnsafeSysctls`]: ["net.*", "net.*"] },
    [`${nodes}.allowedUnsafeSysctls[1]`, /duplicate/],
  ],
  [
    "duplicate parameters of a pool",
    { [`${general}.allowedUnsafeSysctls`]: ["net.*", "net.*"] },
    [`${general}.allowedUnsafeSysctls[1]`, /duplicate/],
  ],
  ["an unknown policy", { [`${nodes}.cpuManagerPolicy`]: "Static" }, /did you mean static/],
  // Names
  [
    "a flag",
    { [`${nodes}.--image-gc-high-threshold`]: 80 },
    /did you mean cluster.nodes.kubelet.imageGCHighThresholdPercent/,
  ],
  [
    "a flag with the name of its field",
    { [`${nodes}.serialize-image-pulls`]: true },
    /did you mean cluster.nodes.kubelet.serializeImagePulls/,
  ],
  ["AKS's name", { [`${general}.podMaxPids`]: 4096 }, /did you mean cluster.workers.general.kubelet.podPidsLimit/],
  [
    "a near miss",
    { [`${nodes}.containerLogMaxSze`]: "50Mi" },
    /did you mean cluster.nodes.kubelet.containerLogMaxSize/,
  ],
  ["--max-pods", { [`${general}.--max-pods`]: 50 }, /not configurable: .*write workers.<pool>.maxPods/],
  ["kubelet at the top", { kubelet: {} }, /did you mean cluster\.(nodes|controlPlane)\.kubelet/],
  ["kubeadm's extra arguments", { "nodes.kubeletExtraArgs": {} }, /did you mean cluster.nodes.kubelet/],
  [
    "eksctl's extra configuration",
    { "workers.general.kubeletExtraConfig": {} },
    /did you mean cluster.workers.general.kubelet/,
  ],
  ["kOps's section", { kubeAPIServer: {} }, /did you mean cluster.controlPlane.apiServer/],
  // Fields against each other
  [
    "low threshold of images above the default of the high one",
    { [`${nodes}.imageGCLowThresholdPercent`]: 85 },
    [`${nodes}.imageGCLowThresholdPercent`, /below imageGCHighThresholdPercent \(80\)/],
  ],
  [
    "a pool's high threshold of images below the low one of all nodes",
    { [`${nodes}.imageGCLowThresholdPercent`]: 60, [`${general}.imageGCHighThresholdPercent`]: 50 },
    [`${nodes}.imageGCLowThresholdPercent`, /below imageGCHighThresholdPercent \(50\)/],
  ],
  ["images that are too old at once", { [`${nodes}.imageMaximumGCAge`]: "1m" }, /longer than imageMinimumGCAge \(2m\)/],
  [
    "no limit of events before Kubernetes 1.37",
    { kubernetesVersion: "1.36.4", [`${nodes}.eventRecordQPS`]: 0 },
    [`${nodes}.eventRecordQPS`, /kubelet 1\.36\.4 takes 0 for 5 events per second.*write 1000/],
  ],
  [
    "serial pulls in parallel",
    { [general]: { serializeImagePulls: true, maxParallelImagePulls: 3 } },
    [`${general}.maxParallelImagePulls`, /only valid with serializeImagePulls: false/],
  ],
  [
    "a soft threshold without grace period",
    { [`${nodes}.evictionSoft`]: soft.evictionSoft },
    [
      `${nodes}.evictionSoft["memory.available"]`,
      /requires a grace period; write evictionSoftGracePeriod: \{ memory.available: 90s \}/,
    ],
  ],
  [
    "a grace period without soft threshold",
    { [`${nodes}.evictionSoftGracePeriod`]: soft.evictionSoftGracePeriod },
    [`${nodes}.evictionSoftGracePeriod["memory.available"]`, /no soft threshold/],
  ],
  [
    "a soft threshold below the hard one",
    { [nodes]: { ...soft, evictionSoft: { "memory.available": "100Mi" } } },
    [`${nodes}.evictionSoft["memory.available"]`, /above evictionHard \(200Mi\)/],
  ],
  [
    "static CPUs without any reserved",
    { [general]: { cpuManagerPolicy: "static", systemReserved: { cpu: "0" }, kubeReserved: { cpu: 0 } } },
    [`${general}.cpuManagerPolicy`, /write systemReserved.cpu or kubeReserved.cpu above 0/],
  ],
  [
    "options of the static policy without it",
    { [`${general}.cpuManagerPolicyOptions`]: { "full-pcpus-only": true } },
    /only valid with cpuManagerPolicy: static/,
  ],
  [
    "options that exclude each other",
    {
      [general]: {
        cpuManagerPolicy: "static",
        cpuManagerPolicyOptions: { "distribute-cpus-across-numa": true, "prefer-align-cpus-by-uncorecache": true },
      },
    },
    [`${general}.cpuManagerPolicyOptions.prefer-align-cpus-by-uncorecache`, /not valid together/],
  ],
  [
    "reserved memory without the static policy",
    { [`${general}.reservedMemory`]: [{ numaNode: 0, limits: { memory: "800Mi" } }] },
    /only valid with memoryManagerPolicy: Static/,
  ],
  [
    "reserved memory that is not the sum of the reservations",
    { [general]: { ...memoryManager, reservedMemory: [{ numaNode: 0, limits: { memory: "1Gi" } }] } },
    [`${general}.reservedMemory`, /sum of 1Gi, but .* reserve 800Mi; write that sum/],
  ],
  [
    "two reservations of one NUMA node",
    {
      [general]: {
        ...memoryManager,
        reservedMemory: [400, 400].map((mebibytes) => ({ numaNode: 0, limits: { memory: `${mebibytes}Mi` } })),
      },
    },
    [`${general}.reservedMemory[1]`, /duplicate NUMA node 0/],
  ],
  [
    "the static memory policy with a percentage",
    { [general]: { ...memoryManager, evictionHard: { "memory.available": "5%" } } },
    [`${general}.evictionHard["memory.available"]`, /write a quantity such as 500Mi/],
  ],
  [
    "critical pods that end after all others",
    { [`${general}.shutdownGracePeriod`]: "20s" },
    [`${general}.shutdownGracePeriodCriticalPods`, /longer than shutdownGracePeriod \(20s\)/],
  ],
  [
    "API servers without time to end",
    { [nodes]: { shutdownGracePeriod: "30s", shutdownGracePeriodCriticalPods: "10s" } },
    [`${nodes}.shutdownGracePeriodCriticalPods`, /too short for API servers, which need 30s/],
  ],
  // Machines
  [
    "more reserved memory than the smallest machine has",
    { "workers.general.requirements": requirements, [`${general}.kubeReserved`]: { memory: "8Gi" } },
    [`${general}.kubeReserved.memory`, /all reservations of memory are 8592Mi, but a machine may have only 8Gi/],
  ],
  [
    "more reserved CPUs than the smallest machine has",
    { "workers.general.requirements": requirements, [`${nodes}.systemReserved`]: { cpu: 4 } },
    [`${nodes}.systemReserved.cpu`, /all reservations of cpu are 4100m, but a machine may have only 4/],
  ],
  [
    "more reserved storage than the disk has",
    { "workers.general.rootVolume.sizeGiB": 20, [`${general}.kubeReserved`]: { "ephemeral-storage": "20Gi" } },
    [`${general}.kubeReserved.ephemeral-storage`, /may have only 20Gi/],
  ],
  // API server
  ["a TTL of events beyond its range", { "controlPlane.apiServer.eventTTL": "48h" }, /from 5m to 24h/],
  [
    "kOps's name",
    { "controlPlane.apiServer.maxRequestsInFlight": 800 },
    /did you mean cluster.controlPlane.apiServer.maxRequestsInflight/,
  ],
  [
    "Gardener's name",
    { "controlPlane.apiServer.maxNonMutatingInflight": 800 },
    /did you mean cluster.controlPlane.apiServer.maxRequestsInflight/,
  ],
  [
    "a flag of the API server",
    { "controlPlane.apiServer.--event-ttl": "3h" },
    /did you mean cluster.controlPlane.apiServer.eventTTL/,
  ],
  [
    "toleration times without their plugin",
    {
      "controlPlane.apiServer.defaultNotReadyTolerationSeconds": 60,
      "access.admission.disabledPlugins": ["DefaultTolerationSeconds"],
    },
    ["controlPlane.apiServer.defaultNotReadyTolerationSeconds", /no effect without the admission plugin/],
  ],
]);

accepts([
  ["a soft threshold", cluster({ [nodes]: soft })],
  ["whole CPUs as a number", cluster({ [`${general}.kubeReserved.cpu`]: 1 })],
  ["no limit of events", cluster({ kubernetesVersion: "1.37.0", [`${nodes}.eventRecordQPS`]: 0 })],
  ["serial pulls alone", cluster({ [`${nodes}.serializeImagePulls`]: true })],
  ["the static memory policy alone", cluster({ [general]: memoryManager })],
  [
    "a short shutdown of workers",
    cluster({ [general]: { shutdownGracePeriod: "20s", shutdownGracePeriodCriticalPods: "10s" } }),
  ],
  ["settings of a control plane with more memory", cluster({ "controlPlane.kubelet.systemReserved.memory": "1Gi" })],
]);

test("Windows pools have no kubelet settings, and those of all nodes are for Linux", () => {
  const { nodes: windowsNodes, addons } = forWindows();
  const settings = (kubelet: object) => ({
    "nodes.assets": windowsNodes.assets,
    addons,
    "nodes.kubelet.podPidsLimit": 2048,
    workers: { general: {}, win: { os: "windows", kubelet } },
  });
  expect(problemsOf(cluster(settings({})))).toEqual([]);
  expect(problemsOf(cluster(settings({ eventBurst: 50 })))).toMatchObject([
    { path: "cluster.workers.win.kubelet", message: expect.stringMatching(/only supported on Linux/) as string },
  ]);
});

describe.each([
  ["nodes.kubelet", notConfigurable],
  ["controlPlane.apiServer", notApiServerSettings],
  ["controlPlane.controllerManager", notControllerManagerSettings],
])("%s", (section, fixed) => {
  test("what Holdfast relies on is refused, with the reason and the right setting", () => {
    for (const [key, reason] of Object.entries(fixed)) {
      const problems = problemsOf(cluster({ [section]: { [key]: "x" } }));
      expect(problems).toEqual([
        { path: `cluster.${section}.${key}`, found: '"x"', message: `not configurable: ${reason}` },
      ]);
      expect(reason).toMatch(/write |remove it|publish /);
    }
  });
});

test("a problem of all nodes is reported once", () => {
  const workers = Object.fromEntries(["a", "b", "c"].map((name) => [name, {}]));
  const problems = problemsOf(cluster({ workers, [`${nodes}.imageGCLowThresholdPercent`]: 90 }));
  expect(problems.map(({ path }) => path)).toEqual(["cluster.nodes.kubelet.imageGCLowThresholdPercent"]);
});
