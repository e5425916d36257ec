import type { Refusal, Request } from "./resourceType";
import type { WorldResource } from "./world";
import { show } from "./text";

/** Kinds of things that AWS names by an identifier: their type, and what it says when there is no such thing. */
const kinds = {
  vpc: { type: "aws:ec2/vpc:Vpc", code: "InvalidVpcID.NotFound", noun: "vpc ID" },
  subnet: { type: "aws:ec2/subnet:Subnet", code: "InvalidSubnetID.NotFound", noun: "subnet ID" },
  securityGroup: { type: "aws:ec2/securityGroup:SecurityGroup", code: "InvalidGroup.NotFound", noun: "security group" },
  internetGateway: {
    type: "aws:ec2/internetGateway:InternetGateway",
    code: "InvalidInternetGatewayID.NotFound",
    noun: "internetGateway ID",
  },
  natGateway: { type: "aws:ec2/natGateway:NatGateway", code: "NatGatewayNotFound", noun: "NAT gateway" },
  routeTable: { type: "aws:ec2/routeTable:RouteTable", code: "InvalidRouteTableID.NotFound", noun: "routeTable ID" },
  elasticIp: { type: "aws:ec2/eip:Eip", code: "InvalidAllocationID.NotFound", noun: "allocation ID" },
  launchTemplate: {
    type: "aws:ec2/launchTemplate:LaunchTemplate",
    code: "InvalidLaunchTemplateId.NotFoundException",
    noun: "launch template",
  },
  hostedZone: { type: "aws:route53/zone:Zone", code: "NoSuchHostedZone", noun: "hosted zone" },
  bucket: { type: "aws:s3/bucket:Bucket", code: "NoSuchBucket", noun: "bucket" },
} as const;

export type Kind = keyof typeof kinds;

type Asker = Pick<Request<unknown>, "world" | "refuse">;

/** The resource that an input names by id; refuses an id of which the world knows nothing, or that is of another kind. */
export function refer(asker: Asker, property: string, id: unknown, kind: Kind): WorldResource | undefined {
  if (id === undefined || id === null) return undefined;
  const { type, code, noun } = kinds[kind];
  const found = asker.world.find(type, "id", id);
  if (found === undefined) asker.refuse(property, code, `The ${noun} '${show(id)}' does not exist`);
  return found;
}

/** The resources that a list names; those that do not exist are refused and left out. */
export function referAll(
  asker: Asker,
  property: string,
  ids: readonly unknown[] | undefined,
  kind: Kind,
): WorldResource[] {
  return (ids ?? []).flatMap((id, index) => refer(asker, `${property}[${show(index)}]`, id, kind) ?? []);
}

/** The resource that an input names by ARN or another output. */
export function referBy(
  asker: Asker,
  property: string,
  value: unknown,
  target: { type: string; by: string; code: string; message: string },
): WorldResource | undefined {
  if (value === undefined || value === null) return undefined;
  const found = asker.world.find(target.type, target.by, value);
  if (found === undefined) asker.refuse(property, target.code, target.message);
  return found;
}

/** Refuses things of another VPC than the one that they are to work in. */
export function sameVpc(asker: Asker, property: string, thing: WorldResource | undefined, vpcId: unknown): void {
  if (thing === undefined || vpcId === undefined || thing.outputs.vpcId === vpcId) return;
  asker.refuse(
    property,
    "InvalidParameterValue",
    `${thing.id} is in ${show(thing.outputs.vpcId)}, not in ${show(vpcId)}`,
  );
}

/** A KMS key by id, ARN or alias; keys that AWS manages exist everywhere. */
export function referKey(asker: Asker, property: string, reference: unknown): WorldResource | undefined {
  if (typeof reference !== "string" || /(^|:)alias\/aws\//.test(reference)) return undefined;
  const { world } = asker;
  const alias = ["name", "arn"]
    .map((by) => world.find("aws:kms/alias:Alias", by, reference))
    .find((found) => found !== undefined);
  const key =
    alias === undefined
      ? (world.find("aws:kms/key:Key", "arn", reference) ?? world.find("aws:kms/key:Key", "id", reference))
      : world.find("aws:kms/key:Key", "id", alias.outputs.targetKeyId);
  if (key === undefined) {
    asker.refuse(property, "NotFoundException", `Key '${reference}' does not exist`);
  } else if (show(key.outputs.arn).split(":")[3] !== world.region) {
    asker.refuse(property, "NotFoundException", `Invalid arn: ${reference} is in another region than ${world.region}`);
  }
  return key;
}

/** One line for a person: which resource, which property, what AWS says. */
export const describeRefusal = (refusal: Refusal): string =>
  `${refusal.type} ${refusal.name}: ${refusal.property}: ${refusal.code}: ${refusal.message}`;
