import type { ClusterSpec } from "../../../components/clusterSpec";
import { controlPlaneImages, kubeadmDocuments } from "../../../components/node/kubeadm.plan";
import { external, stacked } from "./nodeSupport";

interface Component {
  readonly extraArgs: readonly { name: string; value: string }[];
}
interface Cluster {
  readonly etcd: { external: { endpoints: string[] } };
  readonly apiServer: Component & { certSANs: string[]; extraVolumes: { mountPath: string; readOnly: boolean }[] };
  readonly controllerManager: Component;
  readonly scheduler: Component;
}
const document = (spec: ClusterSpec, kind: string): Readonly<Record<string, unknown>> => {
  const found = [...kubeadmDocuments(spec).init, ...kubeadmDocuments(spec).join].find(
    (candidate) => candidate.kind === kind,
  );
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
};
const cluster = (spec: ClusterSpec) => document(spec, "ClusterConfiguration") as unknown as Cluster;
const flag = (component: Component, name: string) => component.extraArgs.find((arg) => arg.name === name)?.value;

test("a stacked API server asks its own member alone, others all members", () => {
  expect(cluster(stacked).etcd.external.endpoints).toEqual(["https://127.0.0.1:2379"]);
  expect(cluster(external).etcd.external.endpoints).toEqual(
    ["a", "b", "c"].map((name) => `https://etcd-${name}.${external.domain}:2379`),
  );
});

test("the cluster's configuration names no machine: it is the same text on every member", () => {
  const text = JSON.stringify(cluster(stacked));
  expect(text).not.toMatch(/advertise|nodeRegistration|i-0/);
  expect(document(stacked, "ClusterConfiguration")).toMatchObject({
    clusterName: "blue",
    kubernetesVersion: "v1.36.3",
    controlPlaneEndpoint: `api.${stacked.domain}:6443`,
    encryptionAlgorithm: "ECDSA-P256",
    networking: { podSubnet: stacked.network.podCidr, serviceSubnet: stacked.network.serviceCidr },
  });
});

test("certificates carry the public name and whatever else is asked for, once", () => {
  const api: ClusterSpec["api"] = {
    ...stacked.api,
    public: { name: "api.example.com", hostedZoneId: "Z1", allowedCidrs: [] },
    certificateSans: ["10.9.9.9", "localhost"],
  };
  expect(cluster({ ...stacked, api }).apiServer.certSANs).toEqual([
    "localhost",
    "127.0.0.1",
    "api.example.com",
    "10.9.9.9",
  ]);
});

test("what the API server is told about safety", () => {
  const { apiServer, controllerManager, scheduler } = cluster(stacked);
  const flags = Object.fromEntries(apiServer.extraArgs.map(({ name, value }) => [name, value]));
  expect(flags).toMatchObject({
    "authentication-config": "/etc/kubernetes/apiserver/authentication.yaml",
    "authorization-config": "/etc/kubernetes/apiserver/authorization.yaml",
    "audit-policy-file": "/etc/kubernetes/apiserver/audit-policy.yaml",
    "enable-admission-plugins": "DenyServiceExternalIPs,EventRateLimit,NodeRestriction",
    "admission-control-config-file": "/etc/kubernetes/apiserver/admission.yaml",
    "encryption-provider-config": "/etc/kubernetes/apiserver/encryption.json",
    "tls-min-version": "VersionTLS12",
  });
  // These two exclude the structured configurations; API servers refuse to start with both.
  expect(Object.keys(flags)).not.toEqual(expect.arrayContaining(["anonymous-auth"]));
  expect(Object.keys(flags)).not.toEqual(expect.arrayContaining(["authorization-mode"]));
  for (const component of [apiServer, controllerManager, scheduler]) {
    expect(flag(component, "profiling")).toBe("false");
    expect(flag(component, "tls-cipher-suites")).not.toMatch(/CBC|RC4|3DES|TLS_RSA/);
  }
  const mounted = apiServer.extraVolumes.filter(({ readOnly }) => readOnly).map(({ mountPath }) => mountPath);
  expect(mounted).toEqual(["/etc/kubernetes/apiserver"]);
});

test("one member alone keeps its clients' connections", () => {
  expect(flag(cluster(stacked).apiServer, "goaway-chance")).toBe("0.001");
  const alone = { ...stacked, controlPlane: { ...stacked.controlPlane, members: 1 } };
  expect(flag(cluster(alone).apiServer, "goaway-chance")).toBeUndefined();
});

test("kubelet keeps room for itself and reads no anonymous request", () => {
  expect(document(stacked, "KubeletConfiguration")).toMatchObject({
    cgroupDriver: "systemd",
    protectKernelDefaults: true,
    rotateCertificates: true,
    seccompDefault: true,
    readOnlyPort: 0,
    serverTLSBootstrap: true,
    enforceNodeAllocatable: ["pods"],
  });
});

test("production files hold none of the rehearsal's exceptions", () => {
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
