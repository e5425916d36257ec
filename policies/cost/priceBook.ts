import { everyRegion, hasUsdPrices, referenceRegion } from "./rates";
import type { Rate } from "./rates";
import type { InstancePrice, InstanceSize, InstanceTable, ServicePrice } from "./tables.plan";

/** Price tables, loaded when they are needed. */
export interface PriceTables {
  /** Instance prices of a region; undefined for a region without a table. */
  readonly instances: (region: string) => InstanceTable | undefined;
  readonly services: () => readonly ServicePrice[];
  readonly sizes: () => ReadonlyMap<string, InstanceSize>;
}

export type System = keyof InstancePrice;

/** Prices by region. For a price that a region lacks, the book uses that of the reference region and records it in `replaced`. */
export class PriceBook {
  readonly #replaced = new Map<string, Set<string>>();
  #services: ReadonlyMap<string, number> | undefined;

  constructor(private readonly tables: PriceTables) {}

  /** True if prices of the region are in USD. */
  readonly covers = hasUsdPrices;

  /** USD per unit. */
  rate(rate: Rate, region: string): number {
    this.#services ??= new Map(this.tables.services().map((one) => [`${one.rate} ${one.region}`, one.usd]));
    const own = this.#services.get(`${rate} ${region}`) ?? this.#services.get(`${rate} ${everyRegion}`);
    if (own !== undefined) return own;
    const other = this.#services.get(`${rate} ${referenceRegion}`);
    if (other === undefined) throw new Error(`prices/services.tsv has no row ${rate} for ${referenceRegion}; add it`);
    this.note(region, rate);
    return other;
  }

  /** USD per hour on demand; undefined if neither the region nor the reference region has a price. */
  instance(type: string, system: System, region: string): number | undefined {
    const own = this.tables.instances(region)?.prices.get(type)?.[system];
    if (own !== undefined) return own;
    const other = this.tables.instances(referenceRegion)?.prices.get(type)?.[system];
    if (other !== undefined) this.note(region, type);
    return other;
  }

  /** Instance types with a price in the region, with their sizes. */
  typesIn(region: string, system: System): readonly (readonly [type: string, size: InstanceSize])[] {
    const prices = this.tables.instances(region)?.prices;
    return [...this.tables.sizes()].filter(([type]) => prices?.get(type)?.[system] !== undefined);
  }

  /** Rates and instance types by region that use the price of the reference region. */
  get replaced(): ReadonlyMap<string, readonly string[]> {
    return new Map([...this.#replaced].map(([region, names]) => [region, [...names]]));
  }

  /** Sources of the instance prices of a region. */
  sourcesOf(region: string): readonly string[] {
    return this.tables.instances(region)?.sources ?? [];
  }

  private note(region: string, name: string): void {
    if (region === referenceRegion) return;
    const names = this.#replaced.get(region) ?? new Set();
    this.#replaced.set(region, names.add(name));
  }
}
