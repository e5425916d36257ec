/** Records of a Route 53 zone for the DNS server. */
import { ListResourceRecordSetsCommand, type ResourceRecordSet, type Route53Client } from "@aws-sdk/client-route-53";
import type { DnsRecord } from "../services/dnsZones";

/** TTL of an alias record, in seconds: Route 53's for load balancers. */
const aliasTtl = 60;

/** Records of a zone. An alias record gets the addresses of its target, which `addressesOf` finds by DNS name. */
export async function zoneRecords(
  route53: Route53Client,
  zoneId: string,
  addressesOf: (dnsName: string) => readonly string[],
): Promise<DnsRecord[]> {
  const { ResourceRecordSets = [] } = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId }));
  return ResourceRecordSets.map((set) => dnsRecord(set, addressesOf));
}

export function dnsRecord(set: ResourceRecordSet, addressesOf: (dnsName: string) => readonly string[]): DnsRecord {
  const { Name = "", Type = "A", TTL = 0, ResourceRecords = [], AliasTarget } = set;
  if (AliasTarget?.DNSName !== undefined) {
    return { name: Name, type: Type, ttl: aliasTtl, values: addressesOf(AliasTarget.DNSName.replace(/\.$/, "")) };
  }
  return { name: Name, type: Type, ttl: TTL, values: ResourceRecords.map(({ Value = "" }) => Value) };
}
