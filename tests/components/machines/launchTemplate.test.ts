import * as pulumi from "@pulumi/pulumi";

import { createLaunchTemplate } from "../../../components/machines/launchTemplate";
import { userDataLimit } from "../../../components/node/userData.plan";
import { instanceArgs, readUserData, threeZones } from "../../machineSupport";
import { deploy } from "../../mocks";

function deployTemplate() {
  return deploy(() => {
    const { spec, bundle, disks } = instanceArgs(threeZones());
    createLaunchTemplate(
      "template",
      {
        spec,
        bundle: bundle.ofWorkers(spec.kubernetesVersion),
        disks,
        groupName: "blue-worker-general",
        role: "worker",
        node: pulumi.output({ pool: { name: "general", labels: {}, taints: [], maxPods: 110 } }),
        image: "ami-0123456789abcdef0",
        rootVolume: { sizeGiB: 50, iops: 3000, throughputMiBps: 125 },
        securityGroupIds: ["sg-1"],
        instanceProfileArn: "arn:profile",
        tags: { Name: "blue-worker-general" },
      },
      new pulumi.ComponentResource("test:index:Parent", "parent"),
    );
    return bundle.ofWorkers(spec.kubernetesVersion);
  });
}

test("instances, disks and network interfaces carry the tags of the settings", async () => {
  const { get } = await deployTemplate();
  const tags = { "example.com/owner": "platform", Name: "blue-worker-general" };
  expect(get("template").inputs["tagSpecifications"]).toEqual(
    ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
  );
});

test("user data identifies the node and the bundle, fits EC2's limit and holds no secret", async () => {
  const { get, outputs } = await deployTemplate();
  const { node, text } = readUserData(get("template").inputs["userData"]);
  expect(node).toMatchObject({
    cluster: "blue",
    role: "worker",
    group: "blue-worker-general",
    pool: { name: "general" },
  });
  for (const part of [outputs.bucket, outputs.key, outputs.sha256]) expect(text).toContain(part);
  expect(Buffer.byteLength(text)).toBeLessThan(userDataLimit);
  expect(text).not.toMatch(/PRIVATE KEY|BEGIN CERTIFICATE/);
});
