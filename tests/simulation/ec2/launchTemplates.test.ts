import { describeRefusals } from "../testAccount";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const disk = (ebs: object) => ({
  blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeType: "gp3", encrypted: "true", ...ebs } }],
});

describeRefusals(
  "aws:ebs/volume:Volume",
  (account) => ({
    availabilityZone: "eu-central-1a",
    type: "gp3",
    size: 20,
    encrypted: true,
    kmsKeyId: account.get("key", "arn"),
  }),
  [
    ["a zone of another region", { availabilityZone: "us-east-1a" }, "availabilityZone", "InvalidZone.NotFound"],
    ["an unknown key", { kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/none" }, "kmsKeyId", "NotFoundException"],
    ["0 GiB", { size: 0 }, "size", "InvalidParameterValue"],
    ["2,999 IOPS", { iops: 2999 }, "iops", "InvalidParameterValue", "out of range"],
    ["80,001 IOPS", { size: 1000, iops: 80_001 }, "iops", "InvalidParameterValue", "out of range"],
    ["600 IOPS per GiB", { iops: 12_000 }, "iops", "InvalidParameterValue", "ratio of 600.0"],
    ["124 MiB/s", { throughput: 124 }, "throughput", "InvalidParameterValue", "out of range"],
    ["2,001 MiB/s", { size: 1000, iops: 16_000, throughput: 2001 }, "throughput", "InvalidParameterValue", "range"],
    ["751 MiB/s at 3,000 IOPS", { throughput: 751 }, "throughput", "InvalidParameterValue", "ratio"],
  ],
  [["500 IOPS per GiB", { iops: 10_000, throughput: 2000 }]],
);

describeRefusals(
  "aws:ec2/launchTemplate:LaunchTemplate",
  (account) => ({
    name: "worker",
    imageId: "ami-0123456789abcdef0",
    instanceType: "m7i.large",
    iamInstanceProfile: { arn: account.get("profile", "arn") },
    networkInterfaces: [{ securityGroups: [account.get("vpc-group")] }],
    userData: base64(`#cloud-config\n# ${account.get("volume")}`),
    ...disk({ volumeSize: 20, kmsKeyId: account.get("key", "arn") }),
    tagSpecifications: [{ resourceType: "instance", tags: { Name: "worker" } }],
  }),
  [
    ["a name in use", { name: "machine" }, "name", "InvalidLaunchTemplateName.AlreadyExistsException"],
    ["a name of 129 characters", { name: "n".repeat(129) }, "name", "InvalidLaunchTemplateName.MalformedException"],
    ["an invalid image id", { imageId: "debian-13" }, "imageId", "InvalidAMIID.Malformed"],
    ["an invalid instance type", { instanceType: "large" }, "instanceType", "InvalidParameterValue"],
    ["16,385 bytes of user data", { userData: base64("x".repeat(16_385)) }, "userData", "InvalidUserData.Malformed"],
    [
      "user data with an unknown volume",
      { userData: base64("vol-0123456789abcdef0") },
      "userData",
      "InvalidVolume.NotFound",
    ],
    ["an unknown profile", { iamInstanceProfile: { arn: "arn:x" } }, "iamInstanceProfile.arn", "InvalidParameterValue"],
    [
      "an unknown security group",
      { networkInterfaces: [{ securityGroups: ["sg-0"] }] },
      "networkInterfaces[0].securityGroups[0]",
      "InvalidGroup.NotFound",
    ],
    [
      "security groups of two VPCs",
      (account) => ({
        networkInterfaces: [{ securityGroups: [account.get("vpc-group"), account.get("other-group")] }],
      }),
      "networkInterfaces[0].securityGroups",
      "InvalidParameter",
    ],
    [
      "six security groups",
      (account) => ({ networkInterfaces: [{ securityGroups: Array(6).fill(account.get("vpc-group")) as string[] }] }),
      "networkInterfaces[0].securityGroups",
      "SecurityGroupsPerInterfaceLimitExceeded",
    ],
    [
      "an invalid device name",
      { blockDeviceMappings: [{ deviceName: "/dev/hda" }] },
      "blockDeviceMappings[0].deviceName",
      "InvalidBlockDeviceMapping",
    ],
    [
      "600 IOPS per GiB",
      disk({ volumeSize: 10, iops: 6000 }),
      "blockDeviceMappings[0].ebs.iops",
      "InvalidParameterValue",
    ],
    ["a disk of 0 GiB", disk({ volumeSize: 0 }), "blockDeviceMappings[0].ebs.volumeSize", "InvalidParameterValue"],
    ["an unknown disk key", disk({ kmsKeyId: "none" }), "blockDeviceMappings[0].ebs.kmsKeyId", "NotFoundException"],
    [
      "a reserved instance tag",
      { tagSpecifications: [{ resourceType: "instance", tags: { "aws:x": "y" } }] },
      "tagSpecifications[0].tags.aws:x",
      "InvalidParameterValue",
    ],
  ],
  [["16,384 bytes of user data", { userData: base64("x".repeat(16_384)) }]],
);
