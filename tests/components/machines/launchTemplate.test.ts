import * as pulumi from "@pulumi/pulumi";

import { machineTemplate } from "../../../components/machines/launchTemplate";
import type { NodeConfig } from "../../../components/node/nodeConfig.plan";
import { basisOf, readUserData, threeZones } from "../../machineSupport";
import { account, deploy, region } from "../../mocks";

const node: NodeConfig = {
  cluster: "blue",
  region,
  domain: "blue.example.internal",
  parameterPrefix: "/holdfast/blue",
  role: "worker",
  group: "blue-worker-general",
  pool: { name: "general", labels: {}, taints: [], maxPods: 110 },
};
const tags = { Name: "blue-worker-general", "holdfast:cluster": "blue" };

function deployTemplate(image = "resolve:ssm:/images/latest") {
  return deploy(() => {
    const basis = basisOf(threeZones());
    machineTemplate(
      "template",
      {
        basis,
        templateName: "blue-worker-general",
        node: pulumi.output(node),
        image,
        instanceType: "m7i.large",
        rootVolume: { sizeGiB: 50, iops: 3000, throughputMiBps: 125 },
        securityGroupIds: ["sg-1"],
        instanceProfileArn: "arn:profile",
        tags,
      },
      {},
    );
    return { bucket: basis.bundle.bucketName, key: basis.bundle.key, sha256: basis.bundle.sha256 };
  });
}

describe("a launch template", () => {
  test("closes what a machine does not need and encrypts what it has", async () => {
    const { get } = await deployTemplate();
    const all = { "example.com/owner": "platform", ...tags };
    const { userData, ...inputs } = get("template").inputs;
    expect(userData).toEqual(expect.any(String));
    expect(inputs).toEqual({
      name: "blue-worker-general",
      description: "Machines of group blue-worker-general",
      updateDefaultVersion: true,
      imageId: "resolve:ssm:/images/latest",
      instanceType: "m7i.large",
      iamInstanceProfile: { arn: "arn:profile" },
      ebsOptimized: "true",
      monitoring: { enabled: true },
      instanceInitiatedShutdownBehavior: "terminate",
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        httpProtocolIpv6: "disabled",
        instanceMetadataTags: "disabled",
      },
      networkInterfaces: [
        { deviceIndex: 0, associatePublicIpAddress: "false", deleteOnTermination: "true", securityGroups: ["sg-1"] },
      ],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeType: "gp3",
            volumeSize: 50,
            iops: 3000,
            throughput: 125,
            encrypted: "true",
            kmsKeyId: `arn:aws:kms:${region}:${account}:blue-disks-key`,
            deleteOnTermination: "true",
          },
        },
      ],
      tagSpecifications: [
        { resourceType: "instance", tags: all },
        { resourceType: "volume", tags: all },
        { resourceType: "network-interface", tags: all },
      ],
      tags,
    });
  });

  test("tells the machine who it is and where the bundle is, in plain text under EC2's limit", async () => {
    const { get, outputs } = await deployTemplate();
    const { node: told, text } = readUserData(get("template").inputs["userData"]);
    expect(told).toEqual(node);
    for (const part of [outputs.bucket, outputs.key, outputs.sha256]) expect(text).toContain(part);
    expect(Buffer.byteLength(text)).toBeLessThan(16_384);
    expect(text).not.toMatch(/PRIVATE KEY|BEGIN CERTIFICATE/);
  });
});
