import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";

import { World } from "../core/world";
import type { WorldResource } from "../core/world";

/** Resource with the seed of its identifiers. */
interface SavedResource extends WorldResource {
  readonly seed: string;
}

/** Fault that a test injects. */
export type Fault =
  /** AWS refuses to create the resource, for example because of a quota; with AWS's error code. */
  | { readonly refusal: { readonly code: string; readonly message: string } }
  /** The engine gets this signal after the next creation or deletion of the resource, before the provider answers. */
  | { readonly signal: "SIGINT" | "SIGKILL" };

type Entry =
  | { readonly change: "saved"; readonly resource: SavedResource }
  | { readonly change: "deleted"; readonly urn: string; readonly type: string; readonly id: string }
  | { readonly change: "fault"; readonly urn: string; readonly fault: Fault | null };

/**
 * Simulated account on disk, for later runs of the CLI: a journal with one JSON text per line, to which the plugins append.
 * All regions share it. It holds private keys: only its owner can read it.
 */
export class AccountFile {
  readonly world: World;
  /** Seeds of all resources that had this URN: the first one and its replacements. */
  private readonly seeds = new Map<string, Set<string>>();
  private readonly faults = new Map<string, Fault>();
  private offset = 0;

  /** @param region region of the provider; `""` for providers without regions, such as tls. */
  constructor(
    private readonly path: string,
    region: string,
  ) {
    this.world = new World(region);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.readNewEntries();
  }

  /** Reads what other processes have appended: the engine starts one plugin per provider of a program. */
  readNewEntries(): void {
    const file = openSync(this.path, "a+", 0o600);
    try {
      const bytes = Buffer.alloc(fstatSync(file).size - this.offset);
      readSync(file, bytes, 0, bytes.length, this.offset);
      // Another process may still be writing its line.
      const text = bytes.subarray(0, bytes.lastIndexOf("\n") + 1);
      this.offset += text.length;
      for (const line of text.toString("utf8").split("\n")) {
        if (line !== "") this.apply(JSON.parse(line) as Entry);
      }
    } finally {
      closeSync(file);
    }
  }

  /** Resource with this URN and id. During a replacement two resources have the same URN. */
  find(urn: string, type: string, id: string): WorldResource | undefined {
    return this.world.where(type, "id", id).find((resource) => resource.urn === urn);
  }

  /** Resource with this id, under this URN or, after an alias, under a former one with the same parent types. */
  findRenamed(urn: string, type: string, id: string): WorldResource | undefined {
    const types = (text: string): string | undefined => text.split("::")[2];
    const sameId = this.world.where(type, "id", id);
    return this.find(urn, type, id) ?? sameId.find((resource) => types(resource.urn) === types(urn));
  }

  /** Seed of the next resource with this URN. The first one has the same identifiers as in a plan. */
  nextSeed(urn: string): string {
    const count = this.seeds.get(urn)?.size ?? 0;
    return count === 0 ? urn : `${urn} ${count}`;
  }

  seedOf(urn: string, type: string, id: string): string {
    const known = this.findRenamed(urn, type, id)?.urn ?? urn;
    return this.seedById.get(`${known} ${id}`) ?? urn;
  }

  /** Appends a resource that is already in the world. */
  save(resource: WorldResource, seed: string): void {
    const saved = { ...resource, seed };
    this.rememberSeed(saved);
    this.append({ change: "saved", resource: saved });
  }

  delete(resource: WorldResource): void {
    const { urn, type, id } = resource;
    this.world.remove(resource);
    this.append({ change: "deleted", urn, type, id });
  }

  /** @param fault undefined: removes the fault */
  setFault(urn: string, fault: Fault | undefined): void {
    this.append({ change: "fault", urn, fault: fault ?? null });
  }

  faultOf = (urn: string): Fault | undefined => this.faults.get(urn);

  private readonly seedById = new Map<string, string>();

  private append(entry: Entry): void {
    appendFileSync(this.path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  }

  /** Idempotent: a process also reads its own entries. */
  private apply(entry: Entry): void {
    if (entry.change === "fault") {
      if (entry.fault === null) this.faults.delete(entry.urn);
      else this.faults.set(entry.urn, entry.fault);
      return;
    }
    const { urn, type, id } = entry.change === "saved" ? entry.resource : entry;
    const known = this.find(urn, type, id);
    if (known !== undefined) this.world.remove(known);
    if (entry.change !== "saved") return;
    const { seed, ...resource } = entry.resource;
    this.world.add(resource);
    this.rememberSeed({ ...resource, seed });
  }

  private rememberSeed({ urn, id, seed }: SavedResource): void {
    this.seedById.set(`${urn} ${id}`, seed);
    const seeds = this.seeds.get(urn);
    if (seeds === undefined) this.seeds.set(urn, new Set([seed]));
    else seeds.add(seed);
  }
}
