/** DNS server of the cluster: CoreDNS with one file per Route 53 zone, rewritten on each change. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { join } from "node:path";
import { startService } from "./service";
import { corefile, type DnsRecord, zoneText } from "./dnsZones";

export interface DnsOptions {
  readonly coredns: string;
  readonly address: string;
  /** Directory of its configuration, zone files and log. */
  readonly directory: string;
  /** Names of the zones. */
  readonly zones: readonly string[];
}

export class DnsServer {
  readonly #written = new Map<string, string>();
  #serial = Math.floor(Date.now() / 1000);

  private constructor(private readonly directory: string) {}

  /** Starts the server with empty zones. */
  static async start(options: DnsOptions): Promise<DnsServer> {
    const { address, directory, coredns } = options;
    mkdirSync(directory, { recursive: true });
    const files = options.zones.map((name) => ({ name, file: zonePath(directory, name) }));
    for (const { name, file } of files) writeFileSync(file, zoneText(name, [], 1));
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
    return new DnsServer(directory);
  }

  /** Replaces a zone's records. CoreDNS answers with them within a fraction of a second. */
  setZone(name: string, records: readonly DnsRecord[]): void {
    const same = JSON.stringify(records);
    if (this.#written.get(name) === same) return;
    this.#written.set(name, same);
    this.#serial += 1;
    const file = zonePath(this.directory, name);
    // CoreDNS must not read half a zone.
    writeFileSync(`${file}.new`, zoneText(name, records, this.#serial));
    renameSync(`${file}.new`, file);
  }
}

function zonePath(directory: string, zone: string): string {
  return join(directory, `${zone}.zone`);
}

function isAnswer(error: unknown): boolean {
  return (error as { code?: string }).code === "ENOTFOUND" || (error as { code?: string }).code === "ENODATA";
}
