import { Cilium, ciliumValues } from "../../../components/addons/podNetwork/cilium";
import { Flannel } from "../../../components/addons/podNetwork/flannel";
import { flannelNetwork } from "../../../components/addons/podNetwork/flannelConfig.plan";
import { podNetwork } from "../../../components/addons/podNetwork/podNetwork";
import { versions } from "../../../components/addons/shared/images.plan";
import { Platform } from "../../../components/addons/platform";
import { deploy } from "../../mocks";
import { specOf } from "../../specs";

const specWith = (podNetworkSettings: object) =>
  specOf({ name: "blue", network: { podCidr: "10.128.0.0/14" }, platform: { podNetwork: podNetworkSettings } });

interface DaemonSpec {
  readonly template: {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    readonly spec: {
      readonly serviceAccountName: string;
      readonly initContainers: readonly { name: string; image: string; command: string[] }[];
      readonly containers: readonly { image: string; args: string[]; securityContext: object }[];
      readonly tolerations: unknown;
    };
  };
}

describe("flannel", () => {
  const flannel = (settings: object = {}) =>
    deploy(() => new Flannel("net", { spec: specWith({ provider: "flannel", flannel: settings }) }));

  test("is an account with least rights, its configuration and an agent on every node", async () => {
    const { resources } = await flannel();
    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(objects.map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`)).toEqual([
      "ServiceAccount net-account",
      "ClusterRole net-account",
      "ClusterRoleBinding net-account",
      "ConfigMap net-configuration",
      "DaemonSet net-daemon",
    ]);
  });

  test("carries the pods' range over VXLAN", async () => {
    const { get } = await flannel({ vni: 7 });
    const { data } = get("net-configuration").inputs as { data: Record<string, string> };
    expect(JSON.parse(data["net-conf.json"] ?? "")).toEqual({
      Network: "10.128.0.0/14",
      EnableNFTables: false,
      Backend: { Type: "vxlan", VNI: 7, Port: 8472 },
    });
    expect(JSON.parse(data["cni-conf.json"] ?? "")).toMatchObject({
      plugins: [{ type: "flannel" }, { type: "portmap" }],
    });
  });

  test("puts its plugin where containerd looks, and starts anew when its network changes", async () => {
    const { template } = (await flannel()).get("net-daemon").inputs.spec as DaemonSpec;
    expect(template.spec.initContainers.map(({ command }) => command.join(" "))).toEqual([
      "cp -f /flannel /opt/cni/bin/flannel",
      "cp -f /etc/kube-flannel/cni-conf.json /etc/cni/net.d/10-flannel.conflist",
    ]);
    const network = JSON.stringify(flannelNetwork(specWith({ provider: "flannel" })));
    expect(template.metadata.annotations).toEqual({ "holdfast.dev/network": network });
  });

  test("may do with the node's network what it must, and no more", async () => {
    const { template } = (await flannel()).get("net-daemon").inputs.spec as DaemonSpec;
    const [daemon] = template.spec.containers;
    expect(daemon).toMatchObject({
      image: `ghcr.io/flannel-io/flannel:v${versions.flannel}`,
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] },
      },
    });
    expect(template.spec.tolerations).toEqual([{ operator: "Exists" }]);
    expect(template.spec.serviceAccountName).toBe("flannel");
  });
});

describe("Cilium", () => {
  test("is its publisher's chart at one version", async () => {
    const { get } = await deploy(() => new Cilium("net", { spec: specOf({ name: "blue" }) }));
    expect(get("net-release").type).toBe("kubernetes:helm.sh/v3:Release");
    expect(get("net-release").inputs).toMatchObject({
      name: "cilium",
      namespace: "kube-system",
      chart: "cilium",
      version: versions.cilium,
      repositoryOpts: { repo: "https://helm.cilium.io" },
    });
  });

  test("takes the nodes' ranges, leaves kube-proxy where it is, and has one operator on one control plane", () => {
    expect(ciliumValues(specOf({ name: "blue" }))).toEqual({
      ipam: { mode: "kubernetes" },
      routingMode: "tunnel",
      tunnelProtocol: "vxlan",
      kubeProxyReplacement: false,
      operator: { replicas: 2 },
      hubble: { enabled: false, relay: { enabled: false } },
    });
    const dev = specOf({
      name: "blue",
      protect: false,
      controlPlane: { members: 1 },
      platform: { podNetwork: { cilium: { hubble: true } } },
    });
    expect(ciliumValues(dev)).toMatchObject({ operator: { replicas: 1 }, hubble: { enabled: true } });
  });
});

test("nothing is made where somebody else brings a network", async () => {
  const spec = specWith({ provider: "none" });
  const { resources } = await deploy(() => {
    expect(podNetwork("net", { spec }, {})).toBeUndefined();
    new Platform("blue-platform", { spec });
  });
  expect(resources.filter(({ name }) => name.includes("pod-network"))).toEqual([]);
});
