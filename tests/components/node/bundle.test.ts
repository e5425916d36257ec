import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { parseTar } from "nanotar";
import { buildBundle } from "../../../components/node/bundle.plan";
import type { ClusterSpec } from "../../../components/clusterSpec";
import { nodeSteps } from "../../../components/node/steps.plan";
import { threeZones } from "../../machineSupport";
import { external, stacked } from "./nodeSupport";

const bundle = buildBundle(stacked);
interface ClusterJson {
  etcd: { settings: Record<string, string> };
  secrets: Record<string, string[]>;
  assets: Record<string, Record<string, { name: string }[]>>;
}
const clusterJson = (spec: typeof stacked): ClusterJson =>
  JSON.parse(buildBundle(spec).files["cluster.json"] ?? "") as ClusterJson;

test("same settings, same bytes; the key is their hash", () => {
  expect(buildBundle(stacked).content.equals(bundle.content)).toBe(true);
  expect(createHash("sha256").update(bundle.content).digest("hex")).toBe(bundle.sha256);
  expect(bundle.key).toBe(`bundle/${bundle.sha256}.tar.gz`);
  // RFC 1952: no time, no name, unknown operating system.
  expect([...bundle.content.subarray(3, 8), bundle.content[9]]).toEqual([0, 0, 0, 0, 0, 255]);
  expect(buildBundle({ ...stacked, kubernetesVersion: "1.36.2" }).key).not.toBe(bundle.key);
});

test("scripts are executable, other files are not, and all belong to root", () => {
  const entries = parseTar(gunzipSync(bundle.content));
  expect(entries.map(({ name }) => name)).toEqual(Object.keys(bundle.files));
  for (const { name, attrs } of entries) {
    const mode = /^(bin|steps)\/|^install$/.test(name) ? 0o755 : 0o644;
    expect([name, Number.parseInt(attrs?.mode ?? "", 8) & 0o777, attrs?.uid, attrs?.mtime]).toEqual([name, mode, 0, 0]);
  }
});

test("the pause image is kubeadm's", () => {
  const config = (kubernetesVersion: string) =>
    buildBundle({ ...stacked, kubernetesVersion }).files["config/containerd.toml"];
  expect(config("1.36.3")).toContain("sandbox = 'registry.k8s.io/pause:3.10.2'");
  expect(config("1.35.8")).toContain("pause:3.10.1");
});

test("registry mirrors in containerd's format", () => {
  const registryMirrors = {
    "docker.io": "https://mirror.example.com",
    "registry.k8s.io": "https://111122223333.dkr.ecr.eu-central-1.amazonaws.com/v2/k8s/",
  };
  const { files } = buildBundle({ ...stacked, nodes: { ...stacked.nodes, registryMirrors } });
  expect(files["config/registries/docker.io/hosts.toml"]).toBe(
    'server = "https://registry-1.docker.io"\n[host."https://mirror.example.com"]\ncapabilities = ["pull", "resolve"]\n',
  );
  expect(files["config/registries/registry.k8s.io/hosts.toml"]).toContain('/v2/k8s"]\n');
  expect(files["config/registries/registry.k8s.io/hosts.toml"]).toContain("override_path = true");
});

test("the bundle does not depend on the size of the data volume, unless the settings have a quota", () => {
  const sha256 = (etcd: object): string => buildBundle(threeZones({ etcd })).sha256;
  expect(sha256({ volume: { sizeGiB: 40 } })).toBe(sha256({ volume: { sizeGiB: 10 } }));
  expect(sha256({ maintenance: { quotaBytes: 2 ** 31 } })).not.toBe(sha256({}));
});

test("the number of members does not change the bundle, so that it replaces no machine", () => {
  const sha256Of = (spec: ClusterSpec, members: 1 | 3 | 5): string =>
    buildBundle({
      ...spec,
      controlPlane: { ...spec.controlPlane, members },
      etcd: spec.etcd.topology === "external" ? { ...spec.etcd, members } : spec.etcd,
    }).sha256;
  for (const spec of [stacked, external])
    expect([sha256Of(spec, 1), sha256Of(spec, 5)]).toEqual([buildBundle(spec).sha256, buildBundle(spec).sha256]);
});

test("workers get no secrets, etcd machines only those of etcd", () => {
  const { secrets } = clusterJson(stacked);
  expect(Object.keys(secrets)).toEqual(["control-plane", "etcd"]);
  expect(secrets["etcd"]).toEqual(["etcd/ca.crt", "etcd/ca.key"]);
});

describe.each([
  ["stacked", stacked],
  ["external", external],
])("steps, etcd %s", (_, spec) => {
  test.each(Object.entries(nodeSteps(spec)))("of %s: scripts exist, dependencies come first", (role, steps) => {
    const done = new Set<string>();
    for (const { name, run, after } of steps) {
      expect([name, after.filter((need) => !done.has(need))]).toEqual([name, []]);
      expect(Object.keys(bundle.files)).toContain(`steps/${run?.[0] ?? name}`);
      done.add(name);
    }
    expect(done.size).toBe(steps.length);
    // A machine that preflight refuses does not become a node.
    const needsPreflight = (name: string): boolean => {
      const step = steps.find((candidate) => candidate.name === name);
      return step !== undefined && (step.after.includes("preflight") || step.after.some(needsPreflight));
    };
    expect(needsPreflight(role === "worker" ? "join" : role)).toBe(true);
  });
});

test("only machines with a data volume take a DNS name, and only after the volume", () => {
  const names = (role: "control-plane" | "etcd") => nodeSteps(external)[role].map(({ name }) => name);
  expect(names("control-plane")).not.toContain("etcd-dns");
  expect(names("etcd")).toContain("etcd-dns");
  const step = nodeSteps(stacked)["control-plane"].find(({ name }) => name === "etcd-dns");
  expect(step?.after).toEqual(["data-volume"]);
});

test("rules of worker replacement are present only with add-ons", () => {
  expect(clusterJson(stacked)).toHaveProperty("workerReplacement.conditions");
  const withoutAddons = { ...stacked, addons: { ...stacked.addons, enabled: false } };
  expect(clusterJson(withoutAddons)).not.toHaveProperty("workerReplacement");
});

test("a sandboxed pool does not change the bundle; gVisor is an asset of every worker", () => {
  const sandboxed = Object.entries(clusterJson(stacked).assets).filter(([, byArchitecture]) =>
    Object.values(byArchitecture).some((listed) => listed.some(({ name }) => name === "gvisor-runsc")),
  );
  expect(sandboxed.map(([role]) => role)).toEqual(["worker"]);
  const workers = Object.fromEntries(
    Object.entries(stacked.workers).map(([name, pool]) => [name, { ...pool, sandbox: "gvisor" as const }]),
  );
  expect(buildBundle({ ...stacked, workers }).sha256).toBe(bundle.sha256);
});
