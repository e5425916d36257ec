import { describeRefusals } from "./testAccount";

describeRefusals(
  "aws:ebs/volume:Volume",
  (account) => ({
    availabilityZone: "eu-central-1a",
    size: 20,
    type: "gp3",
    encrypted: true,
    kmsKeyId: account.get("key", "arn"),
  }),
  [
    ["a zone of another region", { availabilityZone: "us-east-1a" }, "availabilityZone", "InvalidZone.NotFound"],
    ["no size", { size: undefined }, "size", "MissingParameter"],
    ["an unknown type", { type: "gp4" }, "type", "InvalidParameterValue"],
    ["an unknown key", { kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/none" }, "kmsKeyId", "NotFoundException"],
    ["a key without encryption", { encrypted: false }, "kmsKeyId", "InvalidParameterDependency"],
    ["a size of nothing", { size: 0 }, "size", "InvalidParameterValue"],
    ["too few IOPS", { iops: 2999 }, "iops", "InvalidParameterValue", "out of range"],
    ["too many IOPS", { size: 1000, iops: 80_001 }, "iops", "InvalidParameterValue", "out of range"],
    ["too many IOPS for the size", { iops: 12_000 }, "iops", "InvalidParameterValue", "ratio of 600.0"],
    ["too little throughput", { throughput: 124 }, "throughput", "InvalidParameterValue", "out of range"],
    [
      "too much throughput",
      { size: 1000, iops: 16_000, throughput: 2001 },
      "throughput",
      "InvalidParameterValue",
      "out of range",
    ],
    ["too much throughput for the IOPS", { throughput: 751 }, "throughput", "InvalidParameterValue", "ratio"],
    ["throughput of another type", { type: "gp2", throughput: 125 }, "throughput", "InvalidParameterCombination"],
  ],
);

const disk = (ebs: Record<string, unknown>) => ({
  blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeType: "gp3", ...ebs } }],
});
const base64 = (text: string): string => Buffer.from(text).toString("base64");

describeRefusals(
  "aws:ec2/launchTemplate:LaunchTemplate",
  (account) => ({
    name: "workers",
    imageId: "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    instanceType: "m7i.large",
    userData: base64(`#cloud-config ${account.get("volume")}`),
    iamInstanceProfile: { arn: account.get("profile", "arn") },
    vpcSecurityGroupIds: [account.get("vpc-group")],
    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
    ...disk({ volumeSize: 50, encrypted: "true", kmsKeyId: account.get("key", "arn") }),
    tagSpecifications: [{ resourceType: "instance", tags: { Name: "worker" } }],
  }),
  [
    ["a name that is taken", { name: "machine" }, "name", "InvalidLaunchTemplateName.AlreadyExistsException"],
    ["a short name", { name: "ab" }, "name", "InvalidLaunchTemplateName.MalformedException"],
    ["a long name", { name: "n".repeat(129) }, "name", "InvalidLaunchTemplateName.MalformedException"],
    ["a long description", { description: "d".repeat(256) }, "description", "InvalidParameterValue"],
    ["a malformed image", { imageId: "ami-xyz" }, "imageId", "InvalidAMIID.Malformed"],
    ["a malformed instance type", { instanceType: "large" }, "instanceType", "InvalidParameterValue"],
    ["user data that is no base64", { userData: "#cloud-config" }, "userData", "InvalidUserData.Malformed", "BASE64"],
    [
      "user data over 16 KB",
      { userData: base64("x".repeat(16_385)) },
      "userData",
      "InvalidUserData.Malformed",
      "16385",
    ],
    [
      "user data with an unknown volume",
      { userData: base64("vol-0123456789abcdef0") },
      "userData",
      "InvalidVolume.NotFound",
    ],
    [
      "an unknown profile",
      { iamInstanceProfile: { name: "nobody" } },
      "iamInstanceProfile.name",
      "InvalidParameterValue",
    ],
    [
      "a profile without role",
      async (account) => {
        await account.make("aws:iam/instanceProfile:InstanceProfile", "empty", { name: "empty" });
        return { iamInstanceProfile: { name: "empty" } };
      },
      "iamInstanceProfile.name",
      "InvalidParameterValue",
      "no associated IAM Roles",
    ],
    ["an unknown group", { vpcSecurityGroupIds: ["sg-0"] }, "vpcSecurityGroupIds[0]", "InvalidGroup.NotFound"],
    [
      "groups of two VPCs",
      (account) => ({ vpcSecurityGroupIds: [account.get("vpc-group"), account.get("other-group")] }),
      "vpcSecurityGroupIds",
      "InvalidParameter",
    ],
    [
      "groups beside interfaces",
      { networkInterfaces: [{ deviceIndex: 0 }] },
      "vpcSecurityGroupIds",
      "InvalidParameterCombination",
    ],
    [
      "six groups",
      (account) => ({ vpcSecurityGroupIds: Array.from({ length: 6 }, () => account.get("vpc-group")) }),
      "vpcSecurityGroupIds",
      "SecurityGroupsPerInterfaceLimitExceeded",
    ],
    [
      "unknown token setting",
      { metadataOptions: { httpTokens: "always" } },
      "metadataOptions.httpTokens",
      "InvalidParameterValue",
    ],
    [
      "unknown endpoint setting",
      { metadataOptions: { httpEndpoint: "on" } },
      "metadataOptions.httpEndpoint",
      "InvalidParameterValue",
    ],
    [
      "unknown IPv6 setting",
      { metadataOptions: { httpProtocolIpv6: "on" } },
      "metadataOptions.httpProtocolIpv6",
      "InvalidParameterValue",
    ],
    [
      "unknown tags setting",
      { metadataOptions: { instanceMetadataTags: "on" } },
      "metadataOptions.instanceMetadataTags",
      "InvalidParameterValue",
    ],
    [
      "no hop",
      { metadataOptions: { httpPutResponseHopLimit: 0 } },
      "metadataOptions.httpPutResponseHopLimit",
      "InvalidParameterValue",
    ],
    [
      "65 hops",
      { metadataOptions: { httpPutResponseHopLimit: 65 } },
      "metadataOptions.httpPutResponseHopLimit",
      "InvalidParameterValue",
    ],
    [
      "tag keys with a slash in metadata",
      {
        metadataOptions: { instanceMetadataTags: "enabled" },
        tagSpecifications: [{ resourceType: "instance", tags: { "a/b": "c" } }],
      },
      "tagSpecifications[0].tags.a/b",
      "InvalidParameterValue",
    ],
    [
      "an odd device name",
      { blockDeviceMappings: [{ deviceName: "/dev/hda" }] },
      "blockDeviceMappings[0].deviceName",
      "InvalidBlockDeviceMapping",
    ],
    [
      "a device twice",
      { blockDeviceMappings: [{ deviceName: "/dev/xvda" }, { deviceName: "/dev/xvda" }] },
      "blockDeviceMappings[1].deviceName",
      "InvalidBlockDeviceMapping",
    ],
    [
      "a disk with too many IOPS",
      disk({ volumeSize: 10, iops: 6000 }),
      "blockDeviceMappings[0].ebs.iops",
      "InvalidParameterValue",
    ],
    [
      "an unknown key of a disk",
      disk({ encrypted: "true", kmsKeyId: "none" }),
      "blockDeviceMappings[0].ebs.kmsKeyId",
      "NotFoundException",
    ],
    [
      "a disk of an unknown type",
      disk({ volumeType: "floppy" }),
      "blockDeviceMappings[0].ebs.volumeType",
      "InvalidParameterValue",
    ],
    [
      "tags of an unknown kind",
      { tagSpecifications: [{ resourceType: "cat", tags: {} }] },
      "tagSpecifications[0].resourceType",
      "InvalidParameterValue",
    ],
    [
      "tags of a kind twice",
      { tagSpecifications: [{ resourceType: "volume" }, { resourceType: "volume" }] },
      "tagSpecifications[1].resourceType",
      "InvalidParameterValue",
    ],
    [
      "reserved tags of machines",
      { tagSpecifications: [{ resourceType: "instance", tags: { "aws:x": "y" } }] },
      "tagSpecifications[0].tags.aws:x",
      "InvalidParameterValue",
    ],
  ],
  [["user data of exactly 16 KB", { userData: base64("x".repeat(16_384)) }]],
);
