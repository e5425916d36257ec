import { CloudController } from "../../../components/addons/cloudController/cloudController";
import { cloudControllerVersion } from "../../../components/addons/cloudController/version.plan";
import { supportedKubernetesVersions } from "../../../components/node/kubernetesVersions.plan";
import { deploy } from "../../mocks";
import { specOf } from "../../specs";

interface Pod {
  readonly hostNetwork: boolean;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly { readonly key: string }[];
  readonly containers: readonly {
    readonly image: string;
    readonly args: readonly string[];
    readonly env: readonly object[];
  }[];
}

async function podOf(): Promise<Pod> {
  const { get } = await deploy(() => new CloudController("ccm", { spec: specOf({ name: "blue" }) }));
  return (get("ccm-daemon-set").inputs.spec as { template: { spec: Pod } }).template.spec;
}

test("runs on control-plane nodes, in the host network", async () => {
  const pod = await podOf();
  expect(pod.hostNetwork).toBe(true);
  expect(pod.nodeSelector).toEqual({ "node-role.kubernetes.io/control-plane": "" });
});

test("tolerates nodes that are not initialized and not Ready", async () => {
  const keys = (await podOf()).tolerations.map(({ key }) => key);
  expect(keys).toEqual([
    "node.cloudprovider.kubernetes.io/uninitialized",
    "node.kubernetes.io/not-ready",
    "node-role.kubernetes.io/control-plane",
  ]);
});

test("knows its cluster, configures no routes, and listens on the loopback interface", async () => {
  const [container] = (await podOf()).containers;
  expect(container?.args).toEqual(
    expect.arrayContaining(["--cluster-name=blue", "--configure-cloud-routes=false", "--bind-address=127.0.0.1"]),
  );
});

test("uses its machine's API server and is updated with it, so that it is never newer", async () => {
  const { get } = await deploy(() => new CloudController("ccm", { spec: specOf({ name: "blue" }) }));
  const spec = get("ccm-daemon-set").inputs.spec as { updateStrategy: object; template: { spec: Pod } };
  expect(spec.updateStrategy).toEqual({ type: "OnDelete" });
  expect(spec.template.spec.containers[0]?.env).toEqual(
    expect.arrayContaining([
      { name: "KUBERNETES_SERVICE_HOST", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
      { name: "KUBERNETES_SERVICE_PORT", value: "6443" },
    ]),
  );
});

test("has the cluster's minor version for every supported version", () => {
  for (const version of supportedKubernetesVersions) {
    const minor = version.split(".").slice(0, 2).join(".");
    expect(cloudControllerVersion(version)).toMatch(new RegExp(`^${minor.replace(".", "\\.")}\\.\\d+$`));
  }
  expect(() => cloudControllerVersion("1.20.0")).toThrow(RangeError);
});

test("has no wildcard permissions and no access to Secrets", async () => {
  const { get } = await deploy(() => new CloudController("ccm", { spec: specOf({ name: "blue" }) }));
  const { rules } = get("ccm-service-account", "ClusterRole").inputs as {
    rules: { resources: string[]; verbs: string[] }[];
  };
  expect(rules.flatMap(({ resources }) => resources)).not.toContain("secrets");
  for (const { resources, verbs } of rules) expect([resources, verbs.includes("*")]).toEqual([resources, false]);
  expect(get("ccm-service-account-extension-apiserver-authentication-reader").inputs).toMatchObject({
    metadata: { namespace: "kube-system" },
    roleRef: { kind: "Role", name: "extension-apiserver-authentication-reader" },
    subjects: [{ kind: "ServiceAccount", name: "aws-cloud-controller-manager", namespace: "kube-system" }],
  });
});
