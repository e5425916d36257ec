/** AWS services with an interface endpoint in the VPC. */

import { partitionOf, serviceDomain } from "../aws/partition.plan";

/** Services that instances, Session Manager, kubelet's credential provider and add-ons call; S3 has a gateway endpoint. */
export const regionalServices = [
  "autoscaling",
  "ec2",
  "ec2messages",
  "ecr.api",
  "ecr.dkr",
  "elasticloadbalancing",
  "kms",
  "logs",
  "monitoring",
  "sqs",
  "ssm",
  "ssmmessages",
  "sts",
] as const;

/** Route 53 has one endpoint service, in us-east-1, and only in the standard partition. Members update their DNS records. */
export const hasRoute53Endpoint = (region: string): boolean => partitionOf(region) === "aws";

/** Private DNS names of the endpoints: a host, or a domain with all names below it. */
export function endpointHosts(region: string): readonly string[] {
  const domain = serviceDomain(region);
  // ECR's endpoints are named ecr.api and ecr.dkr, its hosts api.ecr and <account>.dkr.ecr.
  const host = (service: string): string => service.split(".").reverse().join(".");
  return [
    ...regionalServices.map((service) => `${host(service)}.${region}.${domain}`),
    ...(hasRoute53Endpoint(region) ? [`route53.${domain}`] : []),
  ];
}
