import { Cilium } from "../../../components/addons/podNetwork/cilium";
import { Flannel } from "../../../components/addons/podNetwork/flannel";
import { flannelNetwork } from "../../../components/addons/podNetwork/flannel.plan";
import { deploy } from "../../mocks";
import { specOf } from "../../specs";

const specWith = (podNetworkSettings: object) =>
  specOf({ name: "blue", network: { podCidr: "10.128.0.0/14" }, addons: { podNetwork: podNetworkSettings } });

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

  test("has a ServiceAccount, a configuration and a DaemonSet", async () => {
    const { resources } = await flannel();
    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(objects.map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`)).toEqual([
      "ServiceAccount net-service-account",
      "ClusterRole net-service-account",
      "ClusterRoleBinding net-service-account",
      "ConfigMap net-configuration",
      "DaemonSet net-daemon-set",
    ]);
  });

  test("encapsulates the pod range in VXLAN", async () => {
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

  test("installs its CNI plugin, and restarts when its network changes", async () => {
    const { template } = (await flannel()).get("net-daemon-set").inputs.spec as DaemonSpec;
    expect(template.spec.initContainers.map(({ command }) => command.join(" "))).toEqual([
      "cp -f /flannel /opt/cni/bin/flannel",
      "cp -f /etc/kube-flannel/cni-conf.json /etc/cni/net.d/10-flannel.conflist",
    ]);
    const network = JSON.stringify(flannelNetwork(specWith({ provider: "flannel" })));
    expect(template.metadata.annotations).toEqual({ "holdfast.dev/network": network });
  });

  test("has only network capabilities", async () => {
    const { template } = (await flannel()).get("net-daemon-set").inputs.spec as DaemonSpec;
    const [daemon] = template.spec.containers;
    expect(daemon).toMatchObject({
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

test.each([
  [{}, 2, false],
  [{ protect: false, controlPlane: { members: 1 }, addons: { podNetwork: { cilium: { hubble: true } } } }, 1, true],
])("Cilium with settings %j has %d operators and Hubble %s", async (settings, replicas, enabled) => {
  const { get } = await deploy(() => new Cilium("net", { spec: specOf({ name: "blue", ...settings }) }));
  expect(get("net-release").inputs).toMatchObject({
    name: "cilium",
    namespace: "kube-system",
    values: {
      ipam: { mode: "kubernetes" },
      routingMode: "tunnel",
      kubeProxyReplacement: false,
      operator: { replicas },
      hubble: { enabled, relay: { enabled } },
    },
  });
});
