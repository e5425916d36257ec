/** Kubernetes' version skew policy, as upgrade drills apply it. */
import { runningPrograms, skewViolations, type RunningProgram } from "../../../../rehearsal/drills/upgrade/versionSkew";

const program = (name: string, node: string, version: string): RunningProgram => ({ program: name, node, version });

/** Members a and b in the middle of an upgrade, and a worker. */
const upgrading = [
  program("kube-apiserver", "a", "1.37.1"),
  program("kube-apiserver", "b", "1.36.3"),
  program("kube-controller-manager", "a", "1.37.1"),
  program("kube-controller-manager", "b", "1.36.3"),
  program("cloud-controller-manager", "a", "1.36.1"),
  program("kubelet", "a", "1.36.3"),
  program("kubelet", "worker", "1.36.3"),
  program("kube-proxy", "a", "1.36.3"),
];

const members = new Set(["a", "b", "c"]);

test("allows an upgrade whose workers and kube-proxy wait", () => {
  expect(skewViolations(upgrading, members)).toEqual([]);
});

test("allows a member's kubelet that is as new as its own API server, which it uses", () => {
  const upgraded = upgrading.map((each) =>
    each.program === "kubelet" && each.node === "a" ? { ...each, version: "1.37.1" } : each,
  );
  expect(skewViolations(upgraded, members)).toEqual([]);
  const booting = program("kubelet", "c", "1.37.1");
  expect(skewViolations([...upgraded, booting], members)).toEqual([]);
});

test("without an API server, nothing is compared", () => {
  expect(skewViolations([program("kubelet", "worker", "1.36.3")], members)).toEqual([]);
});

// Cases of https://kubernetes.io/releases/version-skew-policy/
test.each<[what: string, added: RunningProgram, violation: string]>([
  ["kubelet", program("kubelet", "new", "1.37.1"), "kubelet 1.37.1 is newer than an API server of 1.36"],
  ["kubelet of a member", program("kubelet", "b", "1.37.1"), "kubelet 1.37.1 is newer than an API server of 1.36"],
  ["kube-proxy", program("kube-proxy", "new", "1.37.1"), "kube-proxy 1.37.1 is newer than an API server of 1.36"],
  ["old kubelet", program("kubelet", "old", "1.33.9"), "kubelet 1.33.9 is too old for an API server of 1.37"],
  [
    "controller",
    program("cloud-controller-manager", "b", "1.37.1"),
    "cloud-controller-manager 1.37.1 is newer than an API server of 1.36",
  ],
  [
    "old controller",
    program("kube-scheduler", "a", "1.35.8"),
    "kube-scheduler 1.35.8 is too old for an API server of 1.37",
  ],
  ["API server", program("kube-apiserver", "c", "1.35.8"), "API servers of 1.35 and 1.37 at the same time"],
])("finds a %s that the policy does not allow", (_what, added, violation) => {
  expect(skewViolations([...upgrading, added], members)).toContain(violation);
});

test("reads the versions of kubelets and of images", () => {
  const nodes = [{ metadata: { name: "a" }, status: { nodeInfo: { kubeletVersion: "v1.36.3" } } }];
  const image = (name: string) => ({ image: name });
  const pods = [
    { spec: { nodeName: "a", containers: [image("registry.k8s.io/kube-apiserver:v1.37.1")] } },
    { spec: { nodeName: "a", containers: [image("registry.k8s.io/provider-aws/cloud-controller-manager:v1.37.1")] } },
    { spec: { nodeName: "a", containers: [image("registry.k8s.io/coredns/coredns:v1.14.6")] } },
    { spec: { containers: [image("registry.k8s.io/kube-proxy:v1.37.1")] } },
  ];
  expect(runningPrograms(nodes, pods)).toEqual([
    program("kubelet", "a", "1.36.3"),
    program("kube-apiserver", "a", "1.37.1"),
    program("cloud-controller-manager", "a", "1.37.1"),
  ]);
});
