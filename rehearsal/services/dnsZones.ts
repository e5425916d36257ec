/** Route 53 zones as CoreDNS's configuration. Pure. */

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
  /** Path of its file. */
  readonly file: string;
}

/** How often CoreDNS looks for changed zones: what is written is answered within it. */
const reloadMs = 200;

/** Serves the zones on an address; every other name does not exist, at once. */
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

/** A zone in the format of RFC 1035. `serial` must rise with every change, or CoreDNS does not read it again. */
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

/** Zone that EC2 names instances in. */
export function instanceZone(region: string): string {
  return region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
}

/** Name that EC2 gives an instance by its address. */
export function instanceName(address: string, region: string): string {
  return `ip-${address.replaceAll(".", "-")}.${instanceZone(region)}`;
}

/** Route 53 writes `*` in names as an octal escape. */
function dotted(name: string): string {
  const plain = name.replaceAll("\\052", "*");
  return plain.endsWith(".") ? plain : `${plain}.`;
}
