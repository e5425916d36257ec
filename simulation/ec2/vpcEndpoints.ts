import type { VpcEndpointArgs } from "@pulumi/aws/ec2";

import { hexadecimal, resourceId } from "../core/identifiers";
import { checkOneOf } from "../core/checks";
import { checkPolicy } from "../iam/policyDocument";
import { refer, referAll, sameVpc } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { prefixListId } from "./vpc";
import { show } from "../core/text";

/** Services with endpoints in every region, as far as clusters call them; a name that AWS does not know is refused. */
const services = new Set(
  (
    "autoscaling cloudformation dynamodb ebs ec2 ec2messages ecr.api ecr.dkr eks eks-auth elasticfilesystem " +
    "elasticloadbalancing events guardduty-data kms lambda logs monitoring s3 secretsmanager sns sqs ssm ssmmessages sts xray"
  ).split(" "),
);

/** Services of which the one endpoint service serves all regions. */
const globalServices = new Set(["com.amazonaws.iam", "com.amazonaws.route53", "com.amazonaws.s3-global.accesspoint"]);

/** Whether there is an endpoint service of this name, seen from this region. */
function exists({ inputs, world }: Request<VpcEndpointArgs>): boolean {
  const name = inputs.serviceName ?? "";
  if (globalServices.has(name)) return (inputs.serviceRegion ?? world.region) === "us-east-1";
  const prefix = `com.amazonaws.${inputs.serviceRegion ?? world.region}.`;
  return name.startsWith(prefix) && services.has(name.slice(prefix.length));
}

function checkInterface(request: Request<VpcEndpointArgs>): void {
  const { inputs, world, refuse } = request;
  const subnets = referAll(request, "subnetIds", inputs.subnetIds, "subnet");
  const zones = new Set<unknown>();
  subnets.forEach((subnet, index) => {
    sameVpc(request, `subnetIds[${show(index)}]`, subnet, inputs.vpcId);
    if (zones.has(subnet.outputs.availabilityZone)) {
      refuse(
        `subnetIds[${show(index)}]`,
        "DuplicateSubnetsInSameZone",
        `Found another VPC endpoint subnet in the availability zone of ${subnet.id}`,
      );
    }
    zones.add(subnet.outputs.availabilityZone);
  });
  referAll(request, "securityGroupIds", inputs.securityGroupIds, "securityGroup").forEach((group, index) => {
    sameVpc(request, `securityGroupIds[${show(index)}]`, group, inputs.vpcId);
  });
  if (inputs.privateDnsEnabled !== true) return;
  const vpc = world.find("aws:ec2/vpc:Vpc", "id", inputs.vpcId);
  if (vpc && (vpc.outputs.enableDnsHostnames === false || vpc.outputs.enableDnsSupport === false)) {
    refuse(
      "privateDnsEnabled",
      "InvalidParameter",
      "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true",
    );
  }
  const twin = world
    .where("aws:ec2/vpcEndpoint:VpcEndpoint", "vpcId", inputs.vpcId)
    .find((other) => other.outputs.serviceName === inputs.serviceName && other.outputs.privateDnsEnabled === true);
  if (twin) {
    refuse(
      "privateDnsEnabled",
      "InvalidParameter",
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain in the VPC: ${twin.id}`,
    );
  }
}

function checkGateway(request: Request<VpcEndpointArgs>): void {
  const { inputs, world, refuse } = request;
  if (!/\.(s3|dynamodb)$/.test(inputs.serviceName ?? "")) {
    refuse(
      "vpcEndpointType",
      "InvalidParameter",
      `The VPC endpoint type (Gateway) does not match available service types of ${show(inputs.serviceName)}`,
    );
  }
  for (const property of ["subnetIds", "securityGroupIds"] as const) {
    if ((inputs[property] ?? []).length > 0)
      refuse(property, "InvalidParameter", `Gateway endpoints take no ${property}`);
  }
  referAll(request, "routeTableIds", inputs.routeTableIds, "routeTable").forEach((table, index) => {
    sameVpc(request, `routeTableIds[${show(index)}]`, table, inputs.vpcId);
    const twin = world
      .where("aws:ec2/vpcEndpoint:VpcEndpoint", "serviceName", inputs.serviceName)
      .find((other) => (other.outputs.routeTableIds as string[] | undefined)?.includes(table.id));
    if (twin) {
      refuse(
        `routeTableIds[${show(index)}]`,
        "RouteAlreadyExists",
        `route table ${table.id} already has a route with destination-prefix-list-id of ${twin.id}`,
      );
    }
  });
}

const vpcEndpoint = resourceType<VpcEndpointArgs>({
  token: "aws:ec2/vpcEndpoint:VpcEndpoint",
  replaceOn: ["serviceName", "serviceRegion", "vpcEndpointType", "vpcId"],
  check(request) {
    const { inputs, refuse } = request;
    checkTags(request, inputs.tags);
    refer(request, "vpcId", inputs.vpcId, "vpc");
    if (!exists(request)) {
      refuse(
        "serviceName",
        "InvalidServiceName",
        `The Vpc Endpoint Service '${show(inputs.serviceName)}' does not exist`,
      );
    }
    const kind = inputs.vpcEndpointType ?? "Gateway";
    checkOneOf(request, "vpcEndpointType", kind, ["Gateway", "Interface", "GatewayLoadBalancer"], "InvalidParameter");
    if (inputs.policy !== undefined) {
      checkPolicy(request, "policy", inputs.policy, {
        kind: "resource",
        longest: 20_480,
        code: "InvalidPolicyDocument",
      });
    }
    if (kind === "Interface") checkInterface(request);
    if (kind === "Gateway") checkGateway(request);
  },
  create: ({ inputs, seed, world }) => {
    const id = resourceId("vpce", seed);
    const service = inputs.serviceName?.split(".").at(-1) ?? "";
    const gateway = (inputs.vpcEndpointType ?? "Gateway") === "Gateway";
    return {
      id,
      outputs: {
        arn: world.arn("ec2", `vpc-endpoint/${id}`),
        cidrBlocks: [],
        dnsEntries: gateway
          ? []
          : [
              {
                dnsName: `${id}-${hexadecimal(seed, 8)}.${service}.${world.region}.vpce.${world.dnsSuffix}`,
                hostedZoneId: "Z1HUB23UULQXV",
              },
            ],
        networkInterfaceIds: gateway
          ? []
          : (inputs.subnetIds ?? []).map((subnet) => resourceId("eni", `${seed} ${subnet}`)),
        ownerId: world.account,
        ...(gateway ? { prefixListId: prefixListId(world.region, service) } : {}),
        privateDnsEnabled: inputs.privateDnsEnabled ?? false,
        routeTableIds: inputs.routeTableIds ?? [],
        securityGroupIds: inputs.securityGroupIds ?? [],
        state: "available",
        subnetIds: inputs.subnetIds ?? [],
        vpcEndpointType: inputs.vpcEndpointType ?? "Gateway",
      },
    };
  },
});

export const endpointTypes = [vpcEndpoint];
