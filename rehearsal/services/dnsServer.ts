/** DNS server of the cluster: CoreDNS with one file per Route 53 zone, rewritten on each change. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { join } from "node:path";
import { startService } from "./service";
import { corefile, type DnsRecord, type Zone, type ZoneRecords, zoneText } from "./dnsZones";

export interface DnsOptions {
  readonly coredns: string;
  readonly address: string;
  /** Directory of its configuration, zone files and log. */
  readonly directory: string;
  /** With the records that exist before the first query, since clients remember that a name did not exist. */
  readonly zones: readonly ZoneRecords[];
}

export class DnsServer {
  readonly #written = new Map<string, string>();
  #serial = Math.floor(Date.now() / 1000);

  private constructor(
    private readonly directory: string,
    private readonly zones: readonly Zone[],
  ) {}

  /** Starts the server. */
  static async start(options: DnsOptions): Promise<DnsServer> {
    const { address, directory, coredns } = options;
    mkdirSync(directory, { recursive: true });
    const files = options.zones.map((zone) => ({ ...zone, file: zonePath(directory, zone.name) }));
    for (const zone of files) writeFileSync(zone.file, zoneText(zone, zone.records, 1));
    const config = join(directory, "Corefile");
    writeFileSync(config, corefile(address, files));
    const resolver = new Resolver({ timeout: 500, tries: 1 });
    resolver.setServers([address]);
    await startService({
      name: "coredns",
      argv: [coredns, "-conf", config],
      directory,
      // Any answer proves that it runs, including NXDOMAIN.
      isReady: () => resolver.resolve4("ready.invalid").then(() => true, isAnswer),
    });
    return new DnsServer(directory, options.zones);
  }

  /** Replaces a zone's records. CoreDNS answers with them within a fraction of a second. */
  setZone(name: string, records: readonly DnsRecord[]): void {
    const zone = this.zones.find((each) => each.name === name);
    if (zone === undefined) throw new Error(`the DNS server has no zone ${name}`);
    const same = JSON.stringify(records);
    if (this.#written.get(name) === same) return;
    this.#written.set(name, same);
    this.#serial += 1;
    const file = zonePath(this.directory, name);
    // CoreDNS must not read half a zone.
    writeFileSync(`${file}.new`, zoneText(zone, records, this.#serial));
    renameSync(`${file}.new`, file);
  }
}

function zonePath(directory: string, zone: string): string {
  return join(directory, `${zone}.zone`);
}

function isAnswer(error: unknown): boolean {
  return (error as { code?: string }).code === "ENOTFOUND" || (error as { code?: string }).code === "ENODATA";
}
