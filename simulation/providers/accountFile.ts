import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";

import { World } from "../core/world";
import type { WorldResource } from "../core/world";

/** A resource with what its identifiers are derived from. */
interface Kept extends WorldResource {
  readonly seed: string;
}

type Entry =
  | { readonly change: "kept"; readonly resource: Kept }
  | { readonly change: "deleted"; readonly urn: string; readonly type: string; readonly id: string };

/**
 * The simulated account on disk, so that one run of the CLI finds what an earlier one has made: a journal of one JSON
 * text a line, to which the plugins append; all regions of AWS share one. It holds private keys: only its owner may read it.
 */
export class AccountFile {
  readonly world: World;
  /** By URN: how often a resource was made, replacements included. */
  private readonly seeds = new Map<string, Set<string>>();
  private offset = 0;

  /** @param region from which the account is seen; `""` for what is in no region, such as keys. */
  constructor(
    private readonly path: string,
    region: string,
  ) {
    this.world = new World(region);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.catchUp();
  }

  /** Learns what other processes have written: the engine starts one plugin for each provider of a program. */
  catchUp(): void {
    const file = openSync(this.path, "a+", 0o600);
    try {
      const bytes = Buffer.alloc(fstatSync(file).size - this.offset);
      readSync(file, bytes, 0, bytes.length, this.offset);
      // Another process may be in the middle of its line.
      const text = bytes.subarray(0, bytes.lastIndexOf("\n") + 1);
      this.offset += text.length;
      for (const line of text.toString("utf8").split("\n")) {
        if (line !== "") this.apply(JSON.parse(line) as Entry);
      }
    } finally {
      closeSync(file);
    }
  }

  /** The resource of a URN and identifier: two have one URN while the one replaces the other. */
  find(urn: string, type: string, id: string): WorldResource | undefined {
    return this.world.where(type, "id", id).find((resource) => resource.urn === urn);
  }

  /** What the identifiers of the next resource with this URN are derived from. The first one has those of a plan. */
  nextSeed(urn: string): string {
    const made = this.seeds.get(urn)?.size ?? 0;
    return made === 0 ? urn : `${urn} ${made}`;
  }

  seedOf(urn: string, id: string): string {
    return this.seedById.get(`${urn} ${id}`) ?? urn;
  }

  /** Writes down what is in the world already. */
  keep(resource: WorldResource, seed: string): void {
    const kept = { ...resource, seed };
    this.remember(kept);
    this.append({ change: "kept", resource: kept });
  }

  delete(resource: WorldResource): void {
    const { urn, type, id } = resource;
    this.world.remove(resource);
    this.append({ change: "deleted", urn, type, id });
  }

  private readonly seedById = new Map<string, string>();

  private append(entry: Entry): void {
    appendFileSync(this.path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  }

  /** Applying an entry again, one's own for example, changes nothing. */
  private apply(entry: Entry): void {
    const { urn, type, id } = entry.change === "kept" ? entry.resource : entry;
    const known = this.find(urn, type, id);
    if (known !== undefined) this.world.remove(known);
    if (entry.change !== "kept") return;
    const { seed, ...resource } = entry.resource;
    this.world.add(resource);
    this.remember({ ...resource, seed });
  }

  private remember({ urn, id, seed }: Kept): void {
    this.seedById.set(`${urn} ${id}`, seed);
    const seeds = this.seeds.get(urn);
    if (seeds === undefined) this.seeds.set(urn, new Set([seed]));
    else seeds.add(seed);
  }
}
