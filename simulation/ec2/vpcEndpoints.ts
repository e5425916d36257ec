import type { VpcEndpointArgs } from "@pulumi/aws/ec2";

import { hexadecimal, resourceId } from "../core/identifiers";
import { requireSameVpc, resolveReference, resolveReferences } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { checkTags } from "../core/tags";

const endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint";

/** Id of the prefix list of an AWS service; the same for all accounts of a region. */
export const prefixListId = (region: string, service: string): string => `pl-${hexadecimal(`${region} ${service}`, 8)}`;

const isInterface = ({ inputs }: Request<VpcEndpointArgs>): boolean => inputs.vpcEndpointType === "Interface";

const createEndpoint = `${guides.ec2Api}/API_CreateVpcEndpoint.html`;
const privateLink = `${guides.vpc}/privatelink`;

const endpointRules: readonly Rule<VpcEndpointArgs>[] = [
  {
    id: "endpoint-private-dns-once",
    sentence: "A VPC has one interface endpoint with private DNS per service.",
    source: `${privateLink}/create-interface-endpoint.html`,
    code: "InvalidParameter",
    check({ inputs, world }, violated) {
      if (inputs.privateDnsEnabled !== true) return;
      const other = world
        .where(endpointType, "vpcId", inputs.vpcId)
        .find(({ outputs }) => outputs.serviceName === inputs.serviceName && outputs.privateDnsEnabled === true);
      if (other === undefined) return;
      const message = `private-dns-enabled cannot be set because there is already a conflicting DNS domain in the VPC: ${other.id}`;
      violated("privateDnsEnabled", message);
    },
  },
  {
    id: "endpoint-private-dns-needs-vpc-dns",
    sentence: "Private DNS requires `enableDnsHostnames` and `enableDnsSupport` of the VPC.",
    source: createEndpoint,
    code: "InvalidParameter",
    check({ inputs, world }, violated) {
      const vpc = world.find("aws:ec2/vpc:Vpc", "id", inputs.vpcId);
      // The settings do not describe the attributes of an existing VPC.
      if (inputs.privateDnsEnabled !== true || vpc === undefined || vpc.outputs.existing === true) return;
      if (vpc.outputs.enableDnsHostnames === true && vpc.outputs.enableDnsSupport === true) return;
      const message = `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpc.id}`;
      violated("privateDnsEnabled", message);
    },
  },
  {
    id: "endpoint-one-subnet-per-zone",
    sentence: "An interface endpoint has at most one subnet per zone.",
    source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html",
    code: "DuplicateSubnetsInSameZone",
    check(request, violated) {
      const zones = new Set<unknown>();
      (request.inputs.subnetIds ?? []).forEach((id, index) => {
        const zone = request.world.find("aws:ec2/subnet:Subnet", "id", id)?.outputs.availabilityZone;
        if (zone !== undefined && zones.has(zone)) {
          violated(`subnetIds[${index}]`, `Found another VPC endpoint subnet in the availability zone of ${id}`);
        }
        zones.add(zone);
      });
    },
  },
  {
    id: "endpoint-gateway-services",
    sentence: "Gateway endpoints exist for S3 and DynamoDB of the VPC's region only.",
    source: `${privateLink}/gateway-endpoints.html`,
    code: "InvalidParameter",
    check(request, violated) {
      const { inputs, world } = request;
      if (isInterface(request) || new RegExp(`\\.${world.region}\\.(s3|dynamodb)$`).test(inputs.serviceName ?? ""))
        return;
      const message = `Endpoint type (Gateway) does not match available service types ([Interface]) of ${inputs.serviceName}`;
      violated("vpcEndpointType", message);
    },
  },
  {
    id: "endpoint-gateway-route-once",
    sentence: "A route table has one gateway endpoint per service.",
    source: `${privateLink}/gateway-endpoints.html`,
    code: "RouteAlreadyExists",
    check(request, violated) {
      if (isInterface(request)) return;
      const { inputs, world } = request;
      const others = world.where(endpointType, "serviceName", inputs.serviceName);
      (inputs.routeTableIds ?? []).forEach((table, index) => {
        const other = others.find(({ outputs }) => (outputs.routeTableIds as string[] | undefined)?.includes(table));
        if (other === undefined) return;
        const message = `route table ${table} already has a route with destination-prefix-list-id of ${other.id}`;
        violated(`routeTableIds[${index}]`, message);
      });
    },
  },
];

function checkInterface(request: Request<VpcEndpointArgs>): void {
  const { inputs } = request;
  resolveReferences(request, "subnetIds", inputs.subnetIds, "subnet").forEach((subnet, index) => {
    requireSameVpc(request, `subnetIds[${index}]`, subnet, inputs.vpcId);
  });
  resolveReferences(request, "securityGroupIds", inputs.securityGroupIds, "securityGroup").forEach((group, index) => {
    requireSameVpc(request, `securityGroupIds[${index}]`, group, inputs.vpcId);
  });
}

function checkGateway(request: Request<VpcEndpointArgs>): void {
  const { inputs } = request;
  resolveReferences(request, "routeTableIds", inputs.routeTableIds, "routeTable").forEach((table, index) => {
    requireSameVpc(request, `routeTableIds[${index}]`, table, inputs.vpcId);
  });
}

const vpcEndpoint = resourceType<VpcEndpointArgs>({
  token: endpointType,
  replaceOn: ["serviceName", "serviceRegion", "vpcEndpointType", "vpcId"],
  rules: endpointRules,
  check(request) {
    const { inputs } = request;
    checkTags(request, inputs.tags);
    resolveReference(request, "vpcId", inputs.vpcId, "vpc");
    if (isInterface(request)) checkInterface(request);
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
