import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

import type { Tags } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";
import type { Patches } from "../node/kubeadmPatches.plan";
import type { BundleLocation, NodeConfig } from "../node/nodeConfig.plan";
import { proxyEnvironment } from "../node/proxy.plan";
import { renderUserData } from "../node/userData.plan";
import type { BootingMachine } from "../node/userData.plan";
import { renderWindowsUserData } from "../node/windowsUserData.plan";
import type { DiskSpec } from "../settings/fields";
import type { DiskEncryption } from "./diskEncryption";

/** Fields of `node.json` that every machine has; the launch template fills them in. */
type CommonNodeConfig = "cluster" | "region" | "role" | "group";

export interface LaunchTemplateArgs {
  readonly spec: ClusterSpec;
  readonly bundle: pulumi.Output<BundleLocation>;
  readonly disks: DiskEncryption;
  /** Name of the Auto Scaling group, and of the template. */
  readonly groupName: string;
  readonly role: NodeConfig["role"];
  /** Fields of `node.json` that depend on the role. */
  readonly node: pulumi.Output<Omit<NodeConfig, CommonNodeConfig>>;
  /** kubeadm patches of the settings. Default: none. */
  readonly patches?: Patches;
  /** Operating system of the image. Default: linux. */
  readonly os?: "linux" | "windows";
  /** AMI id. */
  readonly image: pulumi.Input<string>;
  /** Default: the Auto Scaling group chooses the type. */
  readonly instanceType?: string;
  /** Root device of the image. Default: `nodes.rootDevice`. */
  readonly rootDevice?: string;
  readonly rootVolume: DiskSpec;
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  readonly instanceProfileArn: pulumi.Input<string>;
  /** Tags of the instance, its disks and its network interface, besides those of the settings. */
  readonly tags: Tags;
}

/** Launch template of an Auto Scaling group. A change makes a new version, which the group rolls out. */
export function createLaunchTemplate(name: string, args: LaunchTemplateArgs, parent: pulumi.Resource) {
  const { spec, groupName } = args;
  // Instances, disks and network interfaces do not inherit the provider's default tags.
  const tags = { ...spec.tags, ...args.tags };
  return new ec2.LaunchTemplate(
    name,
    {
      name: groupName,
      description: `Instances of group ${groupName}`,
      updateDefaultVersion: true,
      imageId: args.image,
      instanceType: args.instanceType,
      iamInstanceProfile: { arn: args.instanceProfileArn },
      userData: encodedUserData(args),
      ebsOptimized: "true",
      monitoring: { enabled: true },
      // The group replaces a terminated instance at once; a stopped one only after its next health check.
      instanceInitiatedShutdownBehavior: "terminate",
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        // With one hop the response does not reach pods, which could otherwise use the instance role.
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
        {
          deviceName: args.rootDevice ?? spec.nodes.rootDevice,
          ebs: {
            volumeType: "gp3",
            volumeSize: args.rootVolume.sizeGiB,
            iops: args.rootVolume.iops,
            throughput: args.rootVolume.throughputMiBps,
            encrypted: "true",
            kmsKeyId: args.disks.keyArn,
            deleteOnTermination: "true",
          },
        },
      ],
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
      tags: args.tags,
    },
    { parent },
  );
}

/** Base64 of the user data: the one place where AWS outputs become the text that an instance boots from. */
function encodedUserData(args: LaunchTemplateArgs): pulumi.Output<string> {
  const render = args.os === "windows" ? renderWindowsUserData : renderUserData;
  return bootingMachine(args).apply((machine) => Buffer.from(render(machine)).toString("base64"));
}

/** Bundle, `node.json` and kubeadm patches of the instances. */
export function bootingMachine(
  args: Pick<LaunchTemplateArgs, "spec" | "bundle" | "node" | "patches" | "role" | "groupName">,
): pulumi.Output<BootingMachine> {
  const { spec, bundle, node, patches, role, groupName } = args;
  const { name: cluster, region } = spec;
  const common = { cluster, region, role, group: groupName };
  const proxy = proxyEnvironment(spec);
  return pulumi
    .all([bundle, node])
    .apply(([location, byRole]) => ({
      bundle: location,
      node: { ...common, ...byRole },
      ...(patches && { patches }),
      proxy,
    }));
}
