import { architecturesOf, missingChecksums, nodeAssets, releaseAssets } from "../../../components/node/assets.plan";
import { componentVersions, supportedKubernetesVersions } from "../../../components/node/kubernetesVersions.plan";
import type { MachineRole } from "../../../components/aws/tags.plan";
import { external, stacked } from "./nodeSupport";

test("layout of a mirror", () => {
  expect(releaseAssets(componentVersions("1.36.3"), "arm64").map(({ path }) => path)).toEqual([
    "kubernetes/v1.36.3/bin/linux/arm64/kubelet",
    "kubernetes/v1.36.3/bin/linux/arm64/kubeadm",
    "kubernetes/v1.36.3/bin/linux/arm64/kubectl",
    "etcd/v3.6.8/etcd-v3.6.8-linux-arm64.tar.gz",
    "containerd/v2.3.4/containerd-static-2.3.4-linux-arm64.tar.gz",
    "runc/v1.4.3/runc.arm64",
    "cni-plugins/v1.9.1/cni-plugins-linux-arm64-v1.9.1.tgz",
    "cloud-provider-aws/v1.37.0/linux/arm64/ecr-credential-provider-linux-arm64",
  ]);
});

test("every supported version has a checksum for every asset, and no two assets have the same", () => {
  const sums = supportedKubernetesVersions.flatMap((version) =>
    (["amd64", "arm64"] as const).flatMap((arch) =>
      releaseAssets(componentVersions(version), arch).map(({ path, sha256 }) => [path, sha256] as const),
    ),
  );
  const byPath = new Map(sums);
  for (const [path, sum] of byPath) expect([path, sum]).toEqual([path, expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect(new Set(byPath.values()).size).toBe(byPath.size);
});

test.each(["1.36", "v1.36.3", "1.34.1", "2.0.0", ""])("version %p is not supported", (version) => {
  expect(() => componentVersions(version)).toThrow(`Kubernetes ${version} is not one of 1.35.6,`);
});

test("URLs are the publishers', or those of the mirror", () => {
  const urls = (baseUrl?: string) =>
    nodeAssets({ ...stacked, nodes: { assets: { baseUrl, sha256: {} } } }, "etcd", "amd64").map(({ url }) => url);
  expect(urls()).toEqual([
    "https://dl.k8s.io/release/v1.36.3/bin/linux/amd64/kubeadm",
    "https://github.com/etcd-io/etcd/releases/download/v3.6.8/etcd-v3.6.8-linux-amd64.tar.gz",
  ]);
  expect(urls("https://mirror.example.com/kube/")).toEqual([
    "https://mirror.example.com/kube/kubernetes/v1.36.3/bin/linux/amd64/kubeadm",
    "https://mirror.example.com/kube/etcd/v3.6.8/etcd-v3.6.8-linux-amd64.tar.gz",
  ]);
});

test("a checksum of the settings overrides the publisher's", () => {
  const sha256 = { "runc/v1.4.3/runc.amd64": "f".repeat(64) };
  const assets = nodeAssets({ ...stacked, nodes: { assets: { sha256 } } }, "worker", "amd64");
  expect(assets.filter((asset) => asset.sha256 === "f".repeat(64)).map(({ name }) => name)).toEqual(["runc"]);
});

test("an unknown patch version needs its checksums from the settings, for the architectures in use", () => {
  const unknown = { ...stacked, kubernetesVersion: "1.36.99" };
  const sums = (spec: typeof stacked) => missingChecksums(spec, spec.kubernetesVersion);
  const missing = ["kubelet", "kubeadm", "kubectl"].map((name) => `kubernetes/v1.36.99/bin/linux/amd64/${name}`);
  expect(architecturesOf(unknown, "1.36.99")).toEqual(["amd64"]);
  expect(sums(unknown)).toEqual(missing);
  expect(sums(stacked)).toEqual([]);
  expect(() => nodeAssets(unknown, "worker", "amd64")).toThrow(`no SHA-256 for ${missing[0] ?? ""}`);
  const sha256 = Object.fromEntries(missing.map((path) => [path, "a".repeat(64)]));
  expect(sums({ ...unknown, nodes: { ...unknown.nodes, assets: { sha256 } } })).toEqual([]);
});

test("a version of workers alone needs checksums for their architecture only", () => {
  const other = { architecture: "arm64", kubernetesVersion: "1.35.99" } as const;
  const workers = Object.entries(stacked.workers).map(([name, pool]) => [name, { ...pool, ...other }]);
  const pinned = { ...stacked, workers: Object.fromEntries(workers) as typeof stacked.workers };
  expect(architecturesOf(pinned, "1.35.99")).toEqual(["arm64"]);
  expect(architecturesOf(pinned, pinned.kubernetesVersion)).toEqual(["amd64"]);
  expect(missingChecksums(pinned, pinned.kubernetesVersion)).toEqual([]);
  expect(missingChecksums(pinned, "1.35.99")).toContain("kubernetes/v1.35.99/bin/linux/arm64/kubelet");
});

test("all versions have the same ECR credential provider, of kubelet's machines", () => {
  const versions = supportedKubernetesVersions.map((version) => componentVersions(version).ecrCredentialProvider);
  expect(new Set(versions).size).toBe(1);
  const has = (role: MachineRole): boolean =>
    nodeAssets(stacked, role, "arm64").some(({ name }) => name === "ecr-credential-provider");
  expect([has("control-plane"), has("worker"), has("etcd")]).toEqual([true, true, false]);
});

test("etcd machines get no kubelet; control planes get etcdctl in both topologies", () => {
  const names = (role: MachineRole) => nodeAssets(external, role, "amd64").map(({ name }) => name);
  expect(names("etcd")).toEqual(["kubeadm", "etcd"]);
  expect(names("control-plane")).toContain("etcd");
  expect(names("worker")).not.toContain("etcd");
});
