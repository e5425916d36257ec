import * as pulumi from "@pulumi/pulumi";

import { defaultKubernetesVersion } from "../../components/node/kubernetesVersions.plan";
import program from "../../stacks/index";
import { deploy, region } from "../mocks";

const cluster = {
  name: "blue",
  tags: { team: "platform" },
  workers: { general: { instanceTypes: ["m7i.large"], min: 1, max: 3 } },
};

const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;

function run(config: Record<string, string>) {
  return deploy(() => {
    pulumi.runtime.setAllConfig(config, []);
    return program();
  });
}

describe("program", () => {
  test("reports all problems in the settings before it registers a resource", async () => {
    const deployment = run({ "holdfast:cluster": JSON.stringify({ ...cluster, name: "Blue", colour: "blue" }) });
    await expect(deployment).rejects.toThrow(pulumi.RunError);
    await expect(deployment).rejects.toThrow(/aws:region[^]*cluster\.name|cluster\.name[^]*aws:region/);
    await expect(deployment).rejects.toThrow("cluster.colour");
  });

  test("creates the cluster with an explicit provider and returns the outputs", async () => {
    const { outputs, resources, get } = await run({
      "holdfast:cluster": JSON.stringify(cluster),
      "aws:region": region,
    });
    expect(get("aws", "aws").inputs).toMatchObject({
      region,
      defaultTags: JSON.stringify({ tags: { team: "platform", "holdfast:cluster": "blue" } }),
    });
    const awsResources = resources.filter(({ type }) => type.startsWith("aws:"));
    expect(awsResources.length).toBeGreaterThan(100);
    for (const { name, provider } of awsResources)
      expect([name, provider]).toEqual([name, expect.stringContaining("::aws::aws-id")]);

    expect(outputs).toMatchObject({
      apiEndpoint: "https://api.blue.holdfast.internal:6443",
      clusterCaCertificate: "certificate of blue-pki-kubernetes",
      vpcId: "blue-network-vpc-id",
      bundleSha256: { members: sha256, [`workers-${defaultKubernetesVersion}`]: sha256 },
    });
    expect(outputs.kubeconfig).toContain("server: https://api.blue.holdfast.internal:6443");
    expect(outputs).not.toHaveProperty("publicApiEndpoint");
  });
});
