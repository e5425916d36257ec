/**
 * Created resources as they are in the rehearsed AWS, where others may have changed them, for `pulumi refresh`: some properties, or
 * undefined for a resource that no longer exists. Types without a handler count as unchanged.
 */
import {
  DescribeLaunchTemplatesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
} from "@aws-sdk/client-ec2";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { AwsRefusal } from "../api/awsRefusal";
import { type CloudResource, physicalName } from "./resourceHandler";
import type { ChangeContext } from "./updateResources";

type Properties = Readonly<Record<string, unknown>>;
type ReadHandler = (resource: CloudResource, context: ChangeContext) => Promise<Properties | undefined>;

export const readHandlers: Readonly<Record<string, ReadHandler>> = {
  "aws:autoscaling/group:Group": (resource, { scaling }) =>
    unlessGone(async () => {
      const { MinSize, MaxSize, DesiredCapacity } = await scaling.group(physicalName(resource));
      return { minSize: MinSize, maxSize: MaxSize, desiredCapacity: DesiredCapacity };
    }),

  // The rules of the program are resources of their own and only in the rehearsal's firewall: those in AWS are additional.
  "aws:ec2/securityGroup:SecurityGroup": ({ id = "" }, { aws: { ec2 } }) =>
    unlessGone(async () => {
      const { SecurityGroups: [group] = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
      const rules = (group?.IpPermissions ?? []).map(({ IpProtocol, FromPort, ToPort, IpRanges = [] }) => ({
        protocol: IpProtocol,
        fromPort: FromPort,
        toPort: ToPort,
        cidrBlocks: IpRanges.map(({ CidrIp }) => CidrIp),
      }));
      return rules.length === 0 ? {} : { ingress: rules };
    }),

  "aws:ec2/launchTemplate:LaunchTemplate": ({ id = "" }, { aws: { ec2 } }) =>
    unlessGone(async () => {
      const request = new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [id] });
      const { LaunchTemplates: [template] = [] } = await ec2.send(request);
      return template && { latestVersion: template.LatestVersionNumber };
    }),

  "aws:ebs/volume:Volume": ({ id = "" }, { aws: { ec2 } }) =>
    unlessGone(async () => {
      const { Volumes: [volume] = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
      return volume && { size: volume.Size };
    }),

  "aws:ssm/parameter:Parameter": (resource, { aws: { ssm } }) =>
    unlessGone(async () => {
      const request = new GetParameterCommand({ Name: physicalName(resource), WithDecryption: true });
      const { Parameter } = await ssm.send(request);
      return { [resource.inputs.value === undefined ? "insecureValue" : "value"]: Parameter?.Value };
    }),
};

/** Undefined if AWS does not know the resource. */
async function unlessGone(read: () => Promise<Properties | undefined>): Promise<Properties | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AwsRefusal || /NotFound/.test(error instanceof Error ? error.name : "")) return undefined;
    throw error;
  }
}
