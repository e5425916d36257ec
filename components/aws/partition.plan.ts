/** AWS partition of a region: the second part of every ARN in it. */
export function partitionOf(region: string): "aws" | "aws-cn" | "aws-us-gov" {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return "aws";
}

/** Domain of the AWS service names in a region, as in `ec2.amazonaws.com`. */
export function serviceDomain(region: string): string {
  return partitionOf(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}

/** Services whose principals have the domain of the partition; all others are `<service>.amazonaws.com` everywhere. */
const partitional = ["ec2", "logs"] as const;

/**
 * Principal of a service in policies. AWS refuses `.amazonaws.com.cn` for other services (aws-cdk-lib, `region-info`;
 * terraform-aws-modules/terraform-aws-eks #2932), and requires it for EC2 in China (#3057 there).
 */
export function servicePrincipal(service: (typeof partitional)[number] | "events", region: string): string {
  const domain = partitional.some((name) => name === service) ? serviceDomain(region) : "amazonaws.com";
  return service === "logs" ? `${service}.${region}.${domain}` : `${service}.${domain}`;
}
