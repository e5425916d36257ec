import * as pulumi from "@pulumi/pulumi";

import { ClusterAccess } from "../../../components/api/clusterAccess";
import { Flannel } from "../../../components/addons/podNetwork/flannel";
import { Secret, deploy } from "../../mocks";
import { specOf } from "../../specs";

const kubeconfig = [
  "apiVersion: v1",
  "kind: Config",
  "clusters:",
  "  - name: blue",
  "    cluster:",
  "      server: https://api.blue.holdfast.internal:6443",
  "users: []",
  "",
].join("\n");

const facing = { name: "k8s.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ", allowedCidrs: ["203.0.113.0/24"] };

async function access(settings: object = {}, tunnel?: string) {
  const spec = specOf({ name: "blue", ...settings });
  const deployment = await deploy(() => {
    const made = new ClusterAccess("blue-access", {
      spec,
      kubeconfig: pulumi.secret(kubeconfig),
      controlPlaneGroupArns: [pulumi.output("arn:group")],
      after: [],
      tunnel,
    });
    new Flannel("blue-flannel", { spec }, { providers: { kubernetes: made.provider } });
  });
  return deployment;
}

describe("cluster access", () => {
  test("the provider has the secret kubeconfig and a cluster identifier that never changes", async () => {
    const { get } = await access();
    const { inputs } = get("blue-access-provider");
    expect(inputs).toMatchObject({ clusterIdentifier: "blue.blue.holdfast.internal", enableServerSideApply: "true" });
    expect(inputs.kubeconfig).toEqual(new Secret(kubeconfig));
  });

  test("ConfigMaps and Secrets are updated in place: a replacement would delete CoreDNS's configuration first", async () => {
    const { get } = await access();
    expect(get("blue-access-provider").inputs).toMatchObject({
      enableConfigMapMutable: "true",
      enableSecretMutable: "true",
    });
  });

  test("a public API is preferred", async () => {
    const { get } = await access({ api: { public: facing } });
    const { value } = get("blue-access-provider").inputs.kubeconfig as Secret;
    expect(value).toContain("server: https://k8s.example.com:6443\n");
  });

  test("a tunnel changes no input of the provider: plans of a laptop and of CI are the same", async () => {
    const inputs = async (tunnel?: string) => (await access({}, tunnel)).get("blue-access-provider").inputs;
    expect(await inputs("http://127.0.0.1:40001")).toEqual(await inputs());
  });

  test("its provider creates every object inside the cluster", async () => {
    const { resources } = await access();
    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(objects.length).toBeGreaterThan(0);
    for (const { name, provider } of objects) {
      expect([name, provider]).toEqual([name, expect.stringContaining("::blue-access-provider::")]);
    }
  });
});
