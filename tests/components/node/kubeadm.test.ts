import type { ClusterSpec } from "../../../components/clusterSpec";
import { controlPlaneImages } from "../../../components/node/images.plan";
import { kubeadmDocuments } from "../../../components/node/kubeadm.plan";
import { nodeSteps } from "../../../components/node/steps.plan";
import { specOf } from "../../specs";
import { external, stacked } from "./nodeSupport";

interface Flag {
  readonly name: string;
  readonly value: string;
}
interface Component {
  readonly extraArgs: readonly Flag[];
}
interface Fields {
  readonly etcd: { external: { endpoints: string[] } };
  readonly apiServer: Component & { certSANs: string[]; extraVolumes: { mountPath: string; readOnly: boolean }[] };
  readonly controllerManager: Component;
  readonly scheduler: Component;
  readonly nodeRegistration: { kubeletExtraArgs: readonly Flag[] };
}
function document(spec: ClusterSpec, kind: string): Fields & Readonly<Record<string, unknown>> {
  const { init, join } = kubeadmDocuments(spec);
  const found = [...init, ...join].find((candidate) => candidate.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found as unknown as Fields & Readonly<Record<string, unknown>>;
}
const cluster = (spec: ClusterSpec) => document(spec, "ClusterConfiguration");
const flagsOf = (flags: readonly Flag[]) => Object.fromEntries(flags.map(({ name, value }) => [name, value]));

test("a stacked API server uses its own etcd member, others use those in node.json", () => {
  expect(cluster(stacked).etcd.external.endpoints).toEqual(["https://127.0.0.1:2379"]);
  expect(cluster(external).etcd.external.endpoints).toEqual([]);
});

test("the ClusterConfiguration is the same on every member", () => {
  expect(JSON.stringify(cluster(stacked))).not.toMatch(/advertise|nodeRegistration|i-0/);
  expect(cluster(stacked)).toMatchObject({
    clusterName: "blue",
    kubernetesVersion: "v1.36.3",
    controlPlaneEndpoint: "api.blue.internal:6443",
    networking: { podSubnet: stacked.network.podCidr, serviceSubnet: stacked.network.serviceCidr },
  });
});

test("certificate SANs contain the public name and the settings' names, without duplicates", () => {
  const api: ClusterSpec["api"] = {
    ...stacked.api,
    public: { name: "api.example.com", hostedZoneId: "Z1", allowedCidrs: [] },
    certificateSans: ["10.9.9.9", "localhost"],
  };
  const { certSANs } = cluster({ ...stacked, api }).apiServer;
  expect(certSANs).toEqual(["localhost", "127.0.0.1", "api.example.com", "10.9.9.9"]);
});

test("every component of the control plane emulates the version before until the upgrade is final", () => {
  const emulates = (spec: ClusterSpec) => {
    const { apiServer, controllerManager, scheduler } = cluster(spec);
    return [apiServer, controllerManager, scheduler].map(({ extraArgs }) => flagsOf(extraArgs)["emulated-version"]);
  };
  expect(emulates({ ...stacked, emulatedVersion: "1.35" })).toEqual(["1.35", "1.35", "1.35"]);
  expect(emulates(stacked)).toEqual([undefined, undefined, undefined]);
});

test("security flags of the control plane", () => {
  const { apiServer, controllerManager, scheduler } = cluster(stacked);
  const flags = flagsOf(apiServer.extraArgs);
  expect(flags).toMatchObject({
    "authentication-config": "/etc/kubernetes/apiserver/authentication.yaml",
    "authorization-config": "/etc/kubernetes/apiserver/authorization.yaml",
    "audit-policy-file": "/etc/kubernetes/apiserver/audit-policy.yaml",
    "enable-admission-plugins": "DenyServiceExternalIPs,EventRateLimit,NodeRestriction",
    "admission-control-config-file": "/etc/kubernetes/apiserver/admission.yaml",
    "encryption-provider-config": "/etc/kubernetes/apiserver/encryption.json",
    "tls-min-version": "VersionTLS12",
  });
  // API servers refuse to start with these beside the structured configurations.
  expect(Object.keys(flags)).not.toContain("anonymous-auth");
  expect(Object.keys(flags)).not.toContain("authorization-mode");
  for (const { extraArgs } of [apiServer, controllerManager, scheduler]) {
    expect(flagsOf(extraArgs)["profiling"]).toBe("false");
    expect(flagsOf(extraArgs)["tls-cipher-suites"]).not.toMatch(/CBC|RC4|3DES|TLS_RSA/);
  }
  const mounted = apiServer.extraVolumes.filter(({ readOnly }) => readOnly).map(({ mountPath }) => mountPath);
  expect(mounted).toEqual(["/etc/kubernetes/apiserver"]);
});

test("no exceptions for rehearsals in production files", () => {
  const text = JSON.stringify(kubeadmDocuments(stacked));
  expect(text).not.toMatch(/failCgroupV1|ignorePreflightErrors|SystemVerification/);
  expect(document(stacked, "KubeProxyConfiguration")["conntrack"]).toEqual(stacked.network.conntrack);
});

test("images by kubeadm's names", () => {
  expect(controlPlaneImages("1.36.3")).toEqual([
    "registry.k8s.io/kube-apiserver:v1.36.3",
    "registry.k8s.io/kube-controller-manager:v1.36.3",
    "registry.k8s.io/kube-scheduler:v1.36.3",
    "registry.k8s.io/kube-proxy:v1.36.3",
    "registry.k8s.io/coredns/coredns:v1.14.2",
    "registry.k8s.io/pause:3.10.2",
  ]);
});

describe("add-ons that change flags and steps", () => {
  const off = { enabled: false };
  const without = (addons: object) => specOf({ name: "blue", addons });

  test.each([
    ["with the cloud controller", {}, "external"],
    ["without it", { cloudController: off }, undefined],
    ["without add-ons", off, undefined],
  ])("cloud provider %s", (_case, addons, expected) => {
    const spec = without(addons);
    const flags = [
      ...["InitConfiguration", "JoinConfiguration"].map(
        (kind) => document(spec, kind).nodeRegistration.kubeletExtraArgs,
      ),
      cluster(spec).controllerManager.extraArgs,
    ];
    expect(flags.map((list) => flagsOf(list)["cloud-provider"])).toEqual([expected, expected, expected]);
  });

  test("API servers verify kubelets' serving certificates", () => {
    const spec = without(off);
    expect(document(spec, "KubeletConfiguration")["serverTLSBootstrap"]).toBe(true);
    expect(flagsOf(cluster(spec).apiServer.extraArgs)["kubelet-certificate-authority"]).toBe(
      "/etc/kubernetes/pki/ca.crt",
    );
  });

  test.each([
    ["with the DNS add-on", {}, false],
    ["without it", { dns: off }, true],
    ["without add-ons", off, true],
  ])("kubeadm's CoreDNS %s", (_case, addons, expected) => {
    const steps = nodeSteps(without(addons))["control-plane"];
    const names = steps.map(({ name }) => name);
    expect(names.includes("coredns")).toBe(expected);
    expect(steps.flatMap(({ after }) => after).filter((name) => !names.includes(name))).toEqual([]);
  });
});
