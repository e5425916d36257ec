import { serviceDomain } from "./partition.plan";

/**
 * Value of the condition key `kms:ViaService` for requests that a service makes to KMS on a caller's behalf, such as
 * `s3.eu-central-1.amazonaws.com`.
 */
export function viaService(region: string, service: "ec2" | "s3" | "ssm"): string {
  return `${service}.${region}.${serviceDomain(region)}`;
}
