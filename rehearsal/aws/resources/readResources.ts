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
  "aws:autoscaling/group:Group": async (resource, { scaling }) => {
    const { MinSize, MaxSize, DesiredCapacity } = await scaling.group(physicalName(resource));
    return { minSize: MinSize, maxSize: MaxSize, desiredCapacity: DesiredCapacity };
  },

  // The rules of the program are resources of their own and only in the rehearsal's firewall: those in AWS are additional.
  "aws:ec2/securityGroup:SecurityGroup": async ({ id = "" }, { aws: { ec2 } }) => {
    const { SecurityGroups: [group] = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
    const rules = (group?.IpPermissions ?? []).map(({ IpProtocol, FromPort, ToPort, IpRanges = [] }) => ({
      protocol: IpProtocol,
      fromPort: FromPort,
      toPort: ToPort,
      cidrBlocks: IpRanges.map(({ CidrIp }) => CidrIp),
    }));
    return rules.length === 0 ? {} : { ingress: rules };
  },

  "aws:ec2/launchTemplate:LaunchTemplate": async ({ id = "" }, { aws: { ec2 } }) => {
    const request = new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [id] });
    const { LaunchTemplates: [template] = [] } = await ec2.send(request);
    return template && { latestVersion: template.LatestVersionNumber };
  },

  "aws:ebs/volume:Volume": async ({ id = "" }, { aws: { ec2 } }) => {
    const { Volumes: [volume] = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
    return volume && { size: volume.Size };
  },

  "aws:ssm/parameter:Parameter": async (resource, { aws: { ssm } }) => {
    const request = new GetParameterCommand({ Name: physicalName(resource), WithDecryption: true });
    const { Parameter } = await ssm.send(request);
    return { [resource.inputs.value === undefined ? "insecureValue" : "value"]: Parameter?.Value };
  },
};

/** Result of a request, or undefined if AWS does not know the resource. */
export async function unlessGone<T>(request: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    const { name, message } = error as Error;
    if (/NotFound|NoSuch|NonExistent/.test(name) || (error instanceof AwsRefusal && message.includes("not found"))) {
      return undefined;
    }
    throw error;
  }
}
