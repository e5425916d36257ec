/** CoreDNS configuration of Route 53 zones. Pure. */

export interface DnsRecord {
  /** Fully qualified, with or without the final dot. */
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  readonly values: readonly string[];
}

export interface ZoneFile {
  /** Name of the zone, without a final dot. */
  readonly name: string;
  readonly file: string;
}

/** Interval at which CoreDNS checks for changed zone files. */
const reloadMs = 200;

/** Corefile that serves the zones on an address and answers NXDOMAIN for all other names. */
export function corefile(address: string, zones: readonly ZoneFile[]): string {
  const blocks = zones.map(({ name, file }) => [
    `${name}:53 {`,
    `  bind ${address}`,
    `  file ${file} {`,
    `    reload ${reloadMs}ms`,
    "  }",
    "  loadbalance",
    "  errors",
    "}",
  ]);
  const rest = [".:53 {", `  bind ${address}`, "  template ANY ANY {", "    rcode NXDOMAIN", "  }", "}"];
  return `${[...blocks, rest].flat().join("\n")}\n`;
}

/** Zone file (RFC 1035). CoreDNS only reloads it if `serial` has increased. */
export function zoneText(zone: string, records: readonly DnsRecord[], serial: number): string {
  const lines = records
    .filter(({ type }) => type !== "SOA" && type !== "NS")
    .flatMap(({ name, type, ttl, values }) => values.map((value) => `${dotted(name)} ${ttl} IN ${type} ${value}`))
    .toSorted();
  return [
    `${dotted(zone)} 1 IN SOA ns.${dotted(zone)} hostmaster.${dotted(zone)} ${serial} 60 60 600 1`,
    `${dotted(zone)} 60 IN NS ns.${dotted(zone)}`,
    ...lines,
    "",
  ].join("\n");
}

/** Zone of EC2's instance names. */
export function instanceZone(region: string): string {
  return region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
}

/** EC2's name of an instance. */
export function instanceName(address: string, region: string): string {
  return `ip-${address.replaceAll(".", "-")}.${instanceZone(region)}`;
}

/** Route 53 escapes `*` in names as octal. */
function dotted(name: string): string {
  const plain = name.replaceAll("\\052", "*");
  return plain.endsWith(".") ? plain : `${plain}.`;
}
