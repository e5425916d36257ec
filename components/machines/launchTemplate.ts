import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

import type { DiskSpec } from "../clusterSpec";
import type { Tags } from "../aws/tags.plan";
import type { MachineBasis } from "./machineBasis";
import type { NodeBundle } from "../node/nodeBundle";
import type { NodeConfig } from "../node/nodeConfig.plan";
import { renderUserData } from "../node/userData.plan";
import { renderWindowsUserData } from "../node/windowsUserData.plan";

export interface MachineTemplateArgs {
  readonly basis: MachineBasis;
  /** Name of the template; that of its group. */
  readonly templateName: string;
  /** What the machine is told about itself. */
  readonly node: pulumi.Output<NodeConfig>;
  /** Operating system of the image; Linux where it is not said. */
  readonly os?: "linux" | "windows";
  /** An AMI id, or `resolve:ssm:<parameter>`: then each launch takes the image that the parameter names at that moment. */
  readonly image: string;
  /** Absent where the group names the types, or lets AWS choose. */
  readonly instanceType?: string;
  /** Root device of the image; absent: that of all images. */
  readonly rootDevice?: string;
  readonly rootVolume: DiskSpec;
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  readonly instanceProfileArn: pulumi.Input<string>;
  /** Tags of the machine, its disks and its network interface. */
  readonly tags: Tags;
}

/** What a group launches its machines from. A change makes a new version, and the group rolls it out. */
export function machineTemplate(
  name: string,
  args: MachineTemplateArgs,
  options: pulumi.CustomResourceOptions,
): ec2.LaunchTemplate {
  const { spec, bundle, disks } = args.basis;
  // What a template launches gets no tags from the provider's defaults.
  const tags = { ...spec.tags, ...args.tags };
  return new ec2.LaunchTemplate(
    name,
    {
      name: args.templateName,
      description: `Machines of group ${args.templateName}`,
      updateDefaultVersion: true,
      imageId: args.image,
      ...(args.instanceType !== undefined && { instanceType: args.instanceType }),
      iamInstanceProfile: { arn: args.instanceProfileArn },
      userData: encodedUserData(bundle, args.node, args.os === "windows" ? renderWindowsUserData : renderUserData),
      ebsOptimized: "true",
      monitoring: { enabled: true },
      // A machine that shuts itself down is replaced at once rather than found stopped by the next health check.
      instanceInitiatedShutdownBehavior: "terminate",
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        // One hop: the answer does not reach a pod, which would act as the machine.
        httpPutResponseHopLimit: 1,
        httpProtocolIpv6: "disabled",
        instanceMetadataTags: "disabled",
      },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: "false",
          deleteOnTermination: "true",
          securityGroups: [...args.securityGroupIds],
        },
      ],
      blockDeviceMappings: [
        { deviceName: args.rootDevice ?? spec.nodes.rootDevice, ebs: encryptedDisk(args.rootVolume, disks.keyArn) },
      ],
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
      tags: args.tags,
    },
    options,
  );
}

function encryptedDisk({ sizeGiB, iops, throughputMiBps }: DiskSpec, kmsKeyId: pulumi.Output<string>) {
  return {
    volumeType: "gp3",
    volumeSize: sizeGiB,
    iops,
    throughput: throughputMiBps,
    encrypted: "true",
    kmsKeyId,
    deleteOnTermination: "true",
  };
}

/** The one place where what AWS has told becomes the text that a machine boots from. */
function encodedUserData(
  bundle: NodeBundle,
  node: pulumi.Output<NodeConfig>,
  render: typeof renderUserData,
): pulumi.Output<string> {
  const { key, sha256 } = bundle;
  return pulumi
    .all([bundle.bucketName, node])
    .apply(([bucket, config]) =>
      Buffer.from(render({ bundle: { bucket, key, sha256 }, node: config })).toString("base64"),
    );
}
