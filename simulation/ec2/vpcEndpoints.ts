import type { VpcEndpointArgs } from "@pulumi/aws/ec2";

import { hexadecimal, resourceId } from "../core/identifiers";
import { requireSameVpc, resolveReference, resolveReferences } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";

const endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint";

/** Id of the prefix list of an AWS service; the same for all accounts of a region. */
export const prefixListId = (region: string, service: string): string => `pl-${hexadecimal(`${region} ${service}`, 8)}`;

function checkInterface(request: Request<VpcEndpointArgs>): void {
  const { inputs, world, refuse } = request;
  resolveReferences(request, "subnetIds", inputs.subnetIds, "subnet").forEach((subnet, index) => {
    requireSameVpc(request, `subnetIds[${index}]`, subnet, inputs.vpcId);
  });
  resolveReferences(request, "securityGroupIds", inputs.securityGroupIds, "securityGroup").forEach((group, index) => {
    requireSameVpc(request, `securityGroupIds[${index}]`, group, inputs.vpcId);
  });
  const duplicate = world
    .where(endpointType, "vpcId", inputs.vpcId)
    .find((other) => other.outputs.serviceName === inputs.serviceName && other.outputs.privateDnsEnabled === true);
  if (duplicate && inputs.privateDnsEnabled === true) {
    refuse(
      "privateDnsEnabled",
      "InvalidParameter",
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain in the VPC: ${duplicate.id}`,
    );
  }
}

function checkGateway(request: Request<VpcEndpointArgs>): void {
  const { inputs, world, refuse } = request;
  resolveReferences(request, "routeTableIds", inputs.routeTableIds, "routeTable").forEach((table, index) => {
    requireSameVpc(request, `routeTableIds[${index}]`, table, inputs.vpcId);
    const duplicate = world
      .where(endpointType, "serviceName", inputs.serviceName)
      .find((other) => (other.outputs.routeTableIds as string[] | undefined)?.includes(table.id));
    if (duplicate) {
      refuse(
        `routeTableIds[${index}]`,
        "RouteAlreadyExists",
        `route table ${table.id} already has a route with destination-prefix-list-id of ${duplicate.id}`,
      );
    }
  });
}

const vpcEndpoint = resourceType<VpcEndpointArgs>({
  token: endpointType,
  replaceOn: ["serviceName", "serviceRegion", "vpcEndpointType", "vpcId"],
  check(request) {
    const { inputs } = request;
    checkTags(request, inputs.tags);
    resolveReference(request, "vpcId", inputs.vpcId, "vpc");
    if (inputs.vpcEndpointType === "Interface") checkInterface(request);
    else checkGateway(request);
  },
  create: ({ inputs, seed, world }) => {
    const id = resourceId("vpce", seed);
    const service = inputs.serviceName?.split(".").at(-1) ?? "";
    const dnsName = `${id}-${hexadecimal(seed, 8)}.${service}.${world.region}.vpce.${world.dnsSuffix}`;
    const gateway = (inputs.vpcEndpointType ?? "Gateway") === "Gateway";
    return {
      id,
      outputs: {
        arn: world.arn("ec2", `vpc-endpoint/${id}`),
        cidrBlocks: [],
        dnsEntries: gateway ? [] : [{ dnsName, hostedZoneId: "Z1HUB23UULQXV" }],
        networkInterfaceIds: gateway
          ? []
          : (inputs.subnetIds ?? []).map((subnet) => resourceId("eni", `${seed} ${subnet}`)),
        ownerId: world.account,
        prefixListId: gateway ? prefixListId(world.region, service) : undefined,
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

export const vpcEndpointTypes = [vpcEndpoint];
