/**
 * Regular expression (Go syntax) of the names in a node's certificate: its instance id, and the DNS name that the VPC gives
 * its address: `ip-10-0-0-1.eu-central-1.compute.internal`, in us-east-1 `.ec2.internal`.
 */
export function nodeNamePattern(region: string): string {
  const suffix = region === "us-east-1" ? String.raw`ec2\.internal` : String.raw`${region}\.compute\.internal`;
  return String.raw`^(i-[0-9a-f]{17}|ip-[0-9]{1,3}(-[0-9]{1,3}){3}\.${suffix})$`;
}
