/** kubelet, API server and controller manager of the pinned version read their settings, and refuse what the plan refuses. */
import { gte } from "semver";

import type { ClusterSpec } from "../../../components/clusterSpec";
import { kubernetesDefaults } from "../../../components/node/kubelet/defaults.plan";
import { componentVersions } from "../../../components/node/kubernetesVersions.plan";
import type { KubeletSettings } from "../../../components/node/kubelet/settings";
import { parseDuration } from "../../../components/settings/durations";
import { builtKubernetesVersion } from "../../../rehearsal/assets/goModules";
import { clusterJsonSchema } from "../../../stacks/settingsSchema";
import { maximalSettings } from "../../maximalSettings";
import { specOf } from "../../specs";
import { Machine } from "./clusterFiles";
import type { FileKind } from "./readers";
import { Readers } from "./readers";

let readers: Readers;
let machine: Machine;
beforeAll(async () => {
  readers = await Readers.prepare();
  machine = new Machine();
});
afterAll(() => {
  machine.remove();
});

/** Errors of the files of a kind, by the name of the file. */
function errorsOf(spec: ClusterSpec, kind: FileKind): Readonly<Record<string, string>> {
  const files = machine.files(spec).filter((file) => file.kind === kind);
  const answers = readers.ask(files.map(({ text }) => ({ kind, text })));
  return Object.fromEntries(files.map(({ name }, index) => [name, answers[index]?.error ?? ""]));
}

const name = "blue";
const spec = specOf({ name });

test.each(["kubelet-patched", "api-server", "controller-manager"] as const)("%s accepts every setting", (kind) => {
  const { nodes, controlPlane, workers } = maximalSettings;
  const { kubelet } = nodes;
  const { apiServer, controllerManager } = controlPlane;
  const full = specOf({
    name,
    nodes: { kubelet },
    controlPlane: { apiServer, controllerManager, kubelet: controlPlane.kubelet },
    workers: { general: {}, tuned: { kubelet: workers.reserved.kubelet } },
  });
  expect(new Set(Object.values(errorsOf(full, kind)))).toEqual(new Set([""]));
});

/** Kubelet settings after their checks, with kubelet's words. */
const refused: readonly (readonly [KubeletSettings, RegExp])[] = [
  [{ imageGCLowThresholdPercent: 85 }, /imageGCLowThresholdPercent .* must be less than/],
  [{ imageMaximumGCAge: "1m" }, /imageMaximumGCAge 1m0s must be greater than imageMinimumGCAge/],
  [{ serializeImagePulls: true, maxParallelImagePulls: 3 }, /maxParallelImagePulls cannot be larger than 1/],
  [{ evictionSoft: { "memory.available": "1Gi" } }, /grace period must be specified/],
  [{ evictionHard: { "memory.available": "0" } }, /must be positive/],
  [{ evictionHard: { "memory.available": "101%" } }, /must be <= 100%/],
  [
    { cpuManagerPolicy: "static", systemReserved: { cpu: "0" }, kubeReserved: { cpu: "0" } },
    /unable to determine reserved CPU/,
  ],
  [{ cpuManagerPolicyOptions: { "full-pcpus-only": true } }, /received unsupported options/],
  [
    {
      cpuManagerPolicy: "static",
      cpuManagerPolicyOptions: { "distribute-cpus-across-numa": true, "prefer-align-cpus-by-uncorecache": true },
    },
    /can not be used at the same time/,
  ],
  [
    { memoryManagerPolicy: "Static", reservedMemory: [{ numaNode: 0, limits: { memory: "1Gi" } }] },
    /the total amount "1Gi" of type "memory" is not equal to the value "800Mi"/,
  ],
  [
    {
      memoryManagerPolicy: "Static",
      reservedMemory: ["400Mi", "400Mi"].map((memory) => ({ numaNode: 0, limits: { memory } })),
    },
    /duplicate value for NUMA node 0/,
  ],
  [{ shutdownGracePeriod: "20s" }, /shutdownGracePeriodCriticalPods .* must be <= shutdownGracePeriod/],
  [{ allowedUnsafeSysctls: ["vm.max_map_count"] }, /not known to be namespaced/],
  [{ allowedUnsafeSysctls: ["net.*.forwarding"] }, /match regex/],
  [{ containerLogMaxSize: "50 MB" }, /failed to parse container log max size/],
  [{ containerLogMaxFiles: 1 }, /containerLogMaxFiles must be greater than 1/],
  [{ crashLoopBackOff: { maxContainerRestartPeriod: "301s" } }, /must be set between 1s and 300s/],
  [{ evictionHard: { "memory.free": "1Gi" } } as KubeletSettings, /unsupported eviction signal/],
];

test.each(refused)("kubelet with %j: kubelet refuses it, and the plan first", (kubelet, words) => {
  const changed = { ...spec, nodes: { ...spec.nodes, kubelet } };
  expect(errorsOf(changed, "kubelet-patched")).toEqual({
    "kubelet, control plane": expect.stringMatching(words) as string,
    "kubelet, pool general": expect.stringMatching(words) as string,
  });
  expect(() => specOf({ name, nodes: { kubelet } })).toThrow(/cluster.nodes.kubelet/);
});

test.each([
  [{ maxRequestsInflight: -1 }, /max-requests-inflight can not be negative/],
  [{ eventTTL: "1 day" }, /invalid argument "1 day" for "--event-ttl"/],
  [{ nosuch: 1 }, /unknown flag: --nosuch/],
])("API server with %j: the API server refuses it, and the plan first", (apiServer, words) => {
  const changed = { ...spec, controlPlane: { ...spec.controlPlane, apiServer: apiServer as object } };
  expect(errorsOf(changed, "api-server")["api-server"]).toMatch(words);
  expect(() => specOf({ name, controlPlane: { apiServer } })).toThrow(/cluster.controlPlane.apiServer/);
});

/** Texts in which a duration has one notation: `5m` and `5m0s` are equal. */
function plain(value: unknown): unknown {
  if (typeof value === "string") return parseDuration(value) ?? value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]));
}

test("the defaults of kubelet in the settings reference are those of the pinned version", () => {
  const document = { apiVersion: "kubelet.config.k8s.io/v1beta1", kind: "KubeletConfiguration" };
  const [answer] = readers.ask([{ kind: "kubelet-defaults", text: JSON.stringify(document) }]);
  const found = JSON.parse(answer?.text ?? "") as Record<string, unknown>;
  // A field that kubelet omits has the value zero.
  const known = Object.fromEntries(Object.keys(kubernetesDefaults).map((key) => [key, found[key] ?? 0]));
  expect(plain(known)).toEqual(plain(kubernetesDefaults));
});

test("CoreDNS, pause and etcd of the version table are those of the pinned kubeadm", () => {
  const [answer] = readers.ask([{ kind: "kubeadm-versions", text: "" }]);
  const found = JSON.parse(answer?.text ?? "") as Record<"coredns" | "pause" | "minExternalEtcd", string>;
  const { coredns, pause, etcd } = componentVersions(
    process.env.KUBERNETES_MINOR === undefined ? builtKubernetesVersion : `${process.env.KUBERNETES_MINOR}.0`,
  );
  expect(found).toMatchObject({ coredns: `v${coredns}`, pause });
  // kubeadm's versions of etcd have the suffix of an image's revision.
  expect(gte(etcd, found.minExternalEtcd.replace(/-\d+$/, ""))).toBe(true);
});

test("the defaults of flags in the settings reference are those of the pinned version", () => {
  const [answer] = readers.ask([{ kind: "flag-defaults", text: "" }]);
  const defaults = JSON.parse(answer?.text ?? "") as Record<string, Record<string, string>>;
  type Node = { readonly properties?: Record<string, Node>; readonly defaultIs?: string };
  const { controlPlane } = (clusterJsonSchema() as Node).properties ?? {};
  const documented = (section: string): Record<string, Node> => controlPlane?.properties?.[section]?.properties ?? {};
  // Flags for which Holdfast has defaults of its own.
  const ownDefaults = new Set(["terminated-pod-gc-threshold", "service-account-extend-token-expiration"]);
  const withoutCase = (text: string): string => text.replaceAll("-", "").toLowerCase();
  for (const [section, component] of [
    ["apiServer", "kube-apiserver"],
    ["controllerManager", "kube-controller-manager"],
  ] as const) {
    const found = Object.entries(documented(section)).map(([setting, { defaultIs = "" }]) => {
      const [flag, value] = Object.entries(defaults[component] ?? {}).find(
        ([each]) => withoutCase(each) === withoutCase(setting),
      ) ?? [setting, "no such flag"];
      return ownDefaults.has(flag) ? "" : `${flag} ${value} ${/`([^`]*)`/.exec(defaultIs)?.[1] ?? ""}`;
    });
    for (const line of found.filter(Boolean)) expect(line).toMatch(/^\S+ (\S+) \1$/);
    expect(found.length).toBeGreaterThan(4);
  }
});
