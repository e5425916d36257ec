import { CloudController } from "../../../components/addons/cloudController/cloudController";
import { cloudControllerVersion } from "../../../components/addons/shared/images.plan";
import { supportedKubernetesVersions } from "../../../components/node/kubernetesVersions.plan";
import { deploy } from "../../mocks";
import { specOf } from "../../specs";

interface Pod {
  readonly hostNetwork: boolean;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly { readonly key: string }[];
  readonly containers: readonly { readonly image: string; readonly args: readonly string[] }[];
}

async function podOf(): Promise<Pod> {
  const { get } = await deploy(() => new CloudController("ccm", { spec: specOf({ name: "blue" }) }));
  return (get("ccm-daemon").inputs.spec as { template: { spec: Pod } }).template.spec;
}

test("runs on the control plane's machines, as the machine", async () => {
  const pod = await podOf();
  expect(pod.hostNetwork).toBe(true);
  expect(pod.nodeSelector).toEqual({ "node-role.kubernetes.io/control-plane": "" });
});

test("waits neither for nodes to be initialised nor for a pod network: it brings the one, and comes before the other", async () => {
  const keys = (await podOf()).tolerations.map(({ key }) => key);
  expect(keys).toEqual([
    "node.cloudprovider.kubernetes.io/uninitialized",
    "node.kubernetes.io/not-ready",
    "node-role.kubernetes.io/control-plane",
  ]);
});

test("knows its cluster, leaves routes alone, and answers on the machine alone", async () => {
  const [container] = (await podOf()).containers;
  expect(container?.args).toEqual([
    "--cloud-provider=aws",
    "--cluster-name=blue",
    "--configure-cloud-routes=false",
    "--allocate-node-cidrs=false",
    "--leader-elect=true",
    "--bind-address=127.0.0.1",
    "--secure-port=10258",
    "--v=2",
  ]);
});

test("is of the cluster's minor version, for every version that a cluster may have", () => {
  for (const version of supportedKubernetesVersions) {
    const minor = version.split(".").slice(0, 2).join(".");
    expect(cloudControllerVersion(version)).toMatch(new RegExp(`^${minor.replace(".", "\\.")}\\.\\d+$`));
  }
  expect(() => cloudControllerVersion("1.20.0")).toThrow(RangeError);
});

test("may ask the API for what its controllers do, and for no Secret", async () => {
  const { get } = await deploy(() => new CloudController("ccm", { spec: specOf({ name: "blue" }) }));
  const { rules } = get("ccm-account", "ClusterRole").inputs as { rules: { resources: string[]; verbs: string[] }[] };
  expect(rules.flatMap(({ resources }) => resources)).not.toContain("secrets");
  for (const { resources, verbs } of rules) expect([resources, verbs.includes("*")]).toEqual([resources, false]);
  expect(get("ccm-account-extension-apiserver-authentication-reader").inputs).toMatchObject({
    metadata: { namespace: "kube-system" },
    roleRef: { kind: "Role", name: "extension-apiserver-authentication-reader" },
    subjects: [{ kind: "ServiceAccount", name: "aws-cloud-controller-manager", namespace: "kube-system" }],
  });
});
