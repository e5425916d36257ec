/** Images of a cluster on AWS. Read-only requests. */
import {
  AutoScalingClient,
  type AutoScalingGroup,
  paginateDescribeAutoScalingGroups,
} from "@aws-sdk/client-auto-scaling";
import {
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  paginateDescribeImages,
  paginateDescribeInstances,
} from "@aws-sdk/client-ec2";
import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";

import { clusterTag, poolTag, roleTag } from "../../components/aws/tags.plan";
import type { ImageGroup } from "../../components/machines/images.plan";
import { poolGroupName } from "../../components/machines/images.plan";
import type { Image, ImageFacts } from "./imageStatus";

export interface Clients {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
}

export const createClients = (region: string): Clients => ({
  autoScaling: new AutoScalingClient({ region }),
  ec2: new EC2Client({ region }),
  ssm: new SSMClient({ region }),
});

/** Facts about the images of a cluster and of its parameters. */
export async function fetchImageFacts(
  cluster: string,
  groups: readonly ImageGroup[],
  clients: Clients,
): Promise<ImageFacts> {
  const parameters = groups.flatMap(({ image }) => ("parameter" in image ? image.parameter : []));
  const [templates, machines, newest] = await Promise.all([
    fetchTemplateImages(cluster, clients),
    fetchMachineImages(cluster, clients.ec2),
    fetchParameters(clients.ssm, [...new Set(parameters)]),
  ]);
  const ids = new Set([...[...templates.values()].flat(), ...newest.values()]);
  return { templates, machines, newest, images: await fetchImages(clients.ec2, [...ids]) };
}

type Tags = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined;

/** Group of machines in the tags of an Auto Scaling group or instance. */
function groupNameOf(tags: Tags): string | undefined {
  const valueOf = (key: string): string | undefined => tags?.find(({ Key }) => Key === key)?.Value;
  const role = valueOf(roleTag);
  return role === "worker" ? poolGroupName(valueOf(poolTag) ?? "") : role;
}

/** Images of the launch template versions from which the groups launch machines. */
async function fetchTemplateImages(
  cluster: string,
  { autoScaling, ec2 }: Pick<Clients, "autoScaling" | "ec2">,
): Promise<Map<string, string[]>> {
  const found: AutoScalingGroup[] = [];
  const Filters = [{ Name: `tag:${clusterTag}`, Values: [cluster] }];
  for await (const { AutoScalingGroups = [] } of paginateDescribeAutoScalingGroups(
    { client: autoScaling },
    { Filters },
  )) {
    found.push(...AutoScalingGroups);
  }
  const images = await Promise.all(
    found.map(async (group) => [groupNameOf(group.Tags), await templateImage(group, ec2)]),
  );
  return groupBy(images);
}

async function templateImage(
  { MixedInstancesPolicy, LaunchTemplate }: AutoScalingGroup,
  ec2: EC2Client,
): Promise<string | undefined> {
  const { LaunchTemplateId, Version = "$Default" } =
    MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? LaunchTemplate ?? {};
  if (LaunchTemplateId === undefined) return undefined;
  const { LaunchTemplateVersions: [version] = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [Version] }),
  );
  return version?.LaunchTemplateData?.ImageId;
}

async function fetchMachineImages(cluster: string, ec2: EC2Client): Promise<Map<string, string[]>> {
  const images: (readonly [string | undefined, string | undefined])[] = [];
  const Filters = [
    { Name: `tag:${clusterTag}`, Values: [cluster] },
    { Name: "instance-state-name", Values: ["pending", "running", "stopped", "stopping"] },
  ];
  for await (const { Reservations = [] } of paginateDescribeInstances({ client: ec2 }, { Filters })) {
    for (const { Tags, ImageId } of Reservations.flatMap(({ Instances = [] }) => Instances)) {
      images.push([groupNameOf(Tags), ImageId]);
    }
  }
  return groupBy(images);
}

function groupBy(pairs: readonly (readonly (string | undefined)[])[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of pairs) {
    if (key === undefined || value === undefined) continue;
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return groups;
}

/** Limit of GetParameters: ten names per call. */
const namesPerCall = 10;

/** Values of parameters; omits those that do not exist. */
async function fetchParameters(ssm: SSMClient, names: readonly string[]): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for (let first = 0; first < names.length; first += namesPerCall) {
    const { Parameters = [] } = await ssm.send(
      new GetParametersCommand({ Names: names.slice(first, first + namesPerCall) }),
    );
    for (const { Name = "", Selector = "", Value } of Parameters) {
      if (Value !== undefined) values.set(Name + Selector, Value);
    }
  }
  return values;
}

/** Limit of DescribeImages: 200 values of a filter. */
const idsPerCall = 200;

/** Images by id. With a filter, unlike with a list of ids, EC2 leaves out those that do not exist. */
async function fetchImages(ec2: EC2Client, ids: readonly string[]): Promise<Map<string, Image>> {
  const images = new Map<string, Image>();
  for (let first = 0; first < ids.length; first += idsPerCall) {
    const Filters = [{ Name: "image-id", Values: ids.slice(first, first + idsPerCall) }];
    const pages = paginateDescribeImages({ client: ec2 }, { Filters, IncludeDeprecated: true });
    for await (const { Images = [] } of pages) {
      for (const { ImageId: id = "", Name: name = "", CreationDate = "", DeprecationTime: end } of Images) {
        images.set(id, { id, name, created: new Date(CreationDate), deprecated: end ? new Date(end) : undefined });
      }
    }
  }
  return images;
}
