import type { Request } from "./resourceType";
import { toText } from "./text";
import type { WorldResource } from "./world";

/** Resources that AWS names by identifier: type, and the refusal of an unknown identifier. */
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

export type CheckContext = Pick<Request<unknown>, "world" | "refuse">;

/** Resource that an input names by id; refuses an unknown id and an id of another kind. */
export function resolveReference(
  context: CheckContext,
  property: string,
  id: unknown,
  kind: Kind,
): WorldResource | undefined {
  const { type, code, noun } = kinds[kind];
  return resolveReferenceBy(context, property, id, {
    type,
    by: "id",
    code,
    message: `The ${noun} '${toText(id)}' does not exist`,
  });
}

/** Resources that a list names by id; refuses and omits those that do not exist. */
export function resolveReferences(
  context: CheckContext,
  property: string,
  ids: readonly unknown[] | undefined,
  kind: Kind,
): WorldResource[] {
  return (ids ?? []).flatMap((id, index) => resolveReference(context, `${property}[${index}]`, id, kind) ?? []);
}

/** Resource that an input names by ARN, name or another output. */
export function resolveReferenceBy(
  { world, refuse }: CheckContext,
  property: string,
  value: unknown,
  target: { type: string; by: string; code: string; message: string },
): WorldResource | undefined {
  if (value === undefined || value === null) return undefined;
  const found = world.find(target.type, target.by, value);
  if (found === undefined) refuse(property, target.code, target.message);
  return found;
}

/** Refuses a resource that belongs to another VPC. */
export function requireSameVpc(
  { refuse }: CheckContext,
  property: string,
  resource: WorldResource | undefined,
  vpcId: unknown,
): void {
  if (resource === undefined || vpcId === undefined || resource.outputs.vpcId === vpcId) return;
  const message = `${resource.id} is in ${toText(resource.outputs.vpcId)}, not in ${toText(vpcId)}`;
  refuse(property, "InvalidParameterValue", message);
}

/** KMS key by id or ARN; refuses an unknown key and a key of another region. */
export function resolveKmsKey(context: CheckContext, property: string, reference: unknown): WorldResource | undefined {
  const { world, refuse } = context;
  const by = toText(reference).startsWith("arn:") ? "arn" : "id";
  const key = resolveReferenceBy(context, property, reference, {
    type: "aws:kms/key:Key",
    by,
    code: "NotFoundException",
    message: `Key '${toText(reference)}' does not exist`,
  });
  if (key !== undefined && toText(key.outputs.arn).split(":")[3] !== world.region) {
    const message = `Invalid arn: ${toText(reference)} is in another region than ${world.region}`;
    refuse(property, "NotFoundException", message);
  }
  return key;
}
