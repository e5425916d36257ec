import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { parseTar } from "nanotar";
import { buildBundle } from "../../../components/node/bundle.plan";
import { nodeSteps } from "../../../components/node/steps.plan";
import { external, stacked } from "./nodeSupport";

const bundle = buildBundle(stacked);
const entries = parseTar(gunzipSync(bundle.content));
const text = (path: string): string => bundle.files[path] ?? "";
interface Shared {
  etcd: { topology: string; initialCluster: string; clientUrls: string[]; settings: Record<string, string> };
  secrets: Record<string, string[]>;
  assets: Record<string, Record<string, { name: string; url: string; sha256: string }[]>>;
}
const shared = (files: Readonly<Record<string, string>>): Shared => JSON.parse(files["cluster.json"] ?? "") as Shared;

test("the same settings make the same bytes; the name is their hash", () => {
  const again = buildBundle(stacked);
  expect(again.content.equals(bundle.content)).toBe(true);
  expect(createHash("sha256").update(bundle.content).digest("hex")).toBe(bundle.sha256);
  expect(bundle.key).toBe(`bundle/${bundle.sha256}.tar.gz`);
  // RFC 1952: no time, no name, system unknown.
  expect([...bundle.content.subarray(3, 8), bundle.content[9]]).toEqual([0, 0, 0, 0, 0, 255]);
});

test("another setting makes another bundle", () => {
  expect(buildBundle({ ...stacked, kubernetesVersion: "1.36.2" }).key).not.toBe(bundle.key);
});

test("scripts run, the rest is read, all of it root's", () => {
  const attributes = Object.fromEntries(entries.map(({ name, attrs }) => [name, attrs]));
  expect(Object.keys(attributes)).toEqual(Object.keys(bundle.files));
  for (const [name, attrs] of Object.entries(attributes)) {
    const mode = /^(bin|steps)\/|^install$/.test(name) ? 0o755 : 0o644;
    expect([name, Number.parseInt(attrs?.mode ?? "", 8) & 0o777, attrs?.uid, attrs?.mtime]).toEqual([name, mode, 0, 0]);
  }
});

test("what fetches the bundle is not in it", () => {
  expect(Object.keys(bundle.files)).not.toContain("bootstrap");
  expect(Object.keys(bundle.files)).not.toContain("units/holdfast-bootstrap.service");
});

test("pause is the one that kubeadm of this version runs", () => {
  expect(text("config/containerd.toml")).toContain("sandbox = 'registry.k8s.io/pause:3.10.2'");
  expect(buildBundle({ ...stacked, kubernetesVersion: "1.35.8" }).files["config/containerd.toml"]).toContain(
    "pause:3.10.1",
  );
});

test("registry mirrors as containerd reads them", () => {
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

test("etcd's members, and room in their volumes", () => {
  const { etcd } = shared(bundle.files);
  expect(etcd.initialCluster).toBe(
    ["a", "b", "c"].map((name) => `${name}=https://etcd-${name}.${stacked.domain}:2380`).join(","),
  );
  expect(etcd.clientUrls).toHaveLength(3);
  expect(Number(etcd.settings["ETCD_QUOTA_BACKEND_BYTES"]) * 3).toBeLessThanOrEqual(
    stacked.etcd.volume.sizeGiB * 2 ** 30,
  );
});

test("workers read no authority's key", () => {
  expect(Object.keys(shared(bundle.files).secrets)).toEqual(["controlPlane", "etcd"]);
  expect(shared(bundle.files).secrets["etcd"]).toEqual(["etcd/ca.crt", "etcd/ca.key"]);
});

describe.each([
  ["stacked", stacked],
  ["external", external],
])("steps, etcd %s", (_, spec) => {
  test.each(Object.entries(nodeSteps(spec)))(
    "of %s: each leans on earlier ones only, and its script is there",
    (role, steps) => {
      const seen = new Set<string>();
      for (const { name, run, after } of steps) {
        expect([name, after.filter((need) => !seen.has(need))]).toEqual([name, []]);
        expect(Object.keys(buildBundle(spec).files)).toContain(`steps/${run?.[0] ?? name}`);
        seen.add(name);
      }
      expect(seen.size).toBe(steps.length);
      // Nothing that makes a machine count as a node runs on one that was refused.
      const refusedBy = (name: string): boolean => {
        const step = steps.find((candidate) => candidate.name === name);
        return step !== undefined && (step.after.includes("preflight") || step.after.some(refusedBy));
      };
      const decisive = { controlPlane: "control-plane", etcd: "etcd", worker: "join" }[role] ?? "";
      expect(refusedBy(decisive)).toBe(true);
    },
  );
});

test("only machines with a data volume take a name, and only after the volume", () => {
  const names = (role: "controlPlane" | "etcd") => nodeSteps(external)[role].map(({ name }) => name);
  expect(names("controlPlane")).not.toEqual(expect.arrayContaining(["dns"]));
  expect(names("etcd")).toEqual(expect.arrayContaining(["volume", "dns", "etcd"]));
  expect(nodeSteps(stacked).controlPlane.find(({ name }) => name === "dns")?.after).toEqual(["volume"]);
});

test("members are told when a worker is broken, unless nobody is to be replaced", () => {
  const rules = (spec: typeof stacked) => JSON.parse(buildBundle(spec).files["cluster.json"] ?? "") as object;
  expect(rules(stacked)).toHaveProperty("remedy.conditions");
  expect(rules({ ...stacked, addons: { ...stacked.addons, enabled: false } })).not.toHaveProperty("remedy");
});

test("the sandbox is listed for workers alone, whether a pool asks for it or not", () => {
  const { assets } = JSON.parse(bundle.files["cluster.json"] ?? "") as {
    assets: Record<string, Record<string, { name: string }[]>>;
  };
  const sandboxed = Object.entries(assets).filter(([, byArchitecture]) =>
    Object.values(byArchitecture).some((listed) => listed.some(({ name }) => name === "gvisor-runsc")),
  );
  expect(sandboxed.map(([role]) => role)).toEqual(["worker"]);
  const asking = Object.fromEntries(
    Object.entries(stacked.workers).map(([name, pool]) => [name, { ...pool, sandbox: "gvisor" as const }]),
  );
  expect(buildBundle({ ...stacked, workers: asking }).sha256).toBe(bundle.sha256);
});
