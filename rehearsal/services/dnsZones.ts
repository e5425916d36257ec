/** CoreDNS configuration of Route 53 zones. Pure. */

export interface DnsRecord {
  /** Fully qualified, with or without the final dot. */
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  readonly values: readonly string[];
}

export interface Zone {
  /** Without a final dot. */
  readonly name: string;
  /** Seconds for which a resolver remembers that a name does not exist. */
  readonly negativeTtl: number;
}

export interface ZoneRecords extends Zone {
  readonly records: readonly DnsRecord[];
}

export interface ZoneFile extends Zone {
  readonly file: string;
}

/**
 * Negative TTL of a Route 53 zone: the lesser of the TTL (900) and the last value (86,400) of the SOA record that Route 53
 * creates. Source: Route 53 Developer Guide, "NS and SOA records that Amazon Route 53 creates for a public hosted zone".
 */
export const route53NegativeTtl = 900;

/** EC2 answers for an instance as soon as it exists; a rehearsal does so after its next pass. */
export const instanceNegativeTtl = 1;

/** Denials that CoreDNS remembers: its default. */
const denialCapacity = 9984;

/** Interval at which CoreDNS checks for changed zone files. */
const reloadMs = 200;

/**
 * Corefile that serves the zones on an address and answers NXDOMAIN for all other names. Like the resolver of a VPC, it
 * remembers which names do not exist. It remembers no addresses: those of a VPC are at most as old as the TTL of their record.
 * The log names each query for a name or type that does not exist.
 */
export function corefile(address: string, zones: readonly ZoneFile[]): string {
  const blocks = zones.map(({ name, file, negativeTtl }) => [
    `${name}:53 {`,
    `  bind ${address}`,
    `  file ${file} {`,
    `    reload ${reloadMs}ms`,
    "  }",
    "  cache {",
    "    disable success",
    `    denial ${denialCapacity} ${negativeTtl} ${negativeTtl}`,
    "  }",
    '  log . "{remote} {type} {name} {rcode}" {',
    "    class denial",
    "  }",
    "  loadbalance",
    "  errors",
    "}",
  ]);
  const rest = [".:53 {", `  bind ${address}`, "  template ANY ANY {", "    rcode NXDOMAIN", "  }", "}"];
  return `${[...blocks, rest].flat().join("\n")}\n`;
}

/** Zone file (RFC 1035). CoreDNS only reloads it if `serial` has increased. */
export function zoneText({ name: zone, negativeTtl }: Zone, records: readonly DnsRecord[], serial: number): string {
  const lines = records
    .filter(({ type }) => type !== "SOA" && type !== "NS")
    .flatMap(({ name, type, ttl, values }) => values.map((value) => `${dotted(name)} ${ttl} IN ${type} ${value}`))
    .toSorted();
  return [
    `${dotted(zone)} ${negativeTtl} IN SOA ns.${dotted(zone)} hostmaster.${dotted(zone)} ${serial} 60 60 600 ${negativeTtl}`,
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
