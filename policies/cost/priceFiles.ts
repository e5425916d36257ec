/** Price tables in prices/, each read when it is first used. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parseInstances, parseServices, parseSizes } from "./tables.plan";
import type { InstanceTable } from "./tables.plan";
import { PriceBook } from "./priceBook";
import type { PriceTables } from "./priceBook";

/** Tables of a folder. Default: the tables of this package. */
export function priceTables(folder = join(__dirname, "prices")): PriceTables {
  const regions = new Map<string, InstanceTable | undefined>();
  const read = (...path: readonly string[]): string => readFileSync(join(folder, ...path), "utf8");
  const once = <T>(load: () => T): (() => T) => {
    let loaded: { readonly value: T } | undefined;
    return () => (loaded ??= { value: load() }).value;
  };
  return {
    instances: (region) => {
      if (!regions.has(region)) {
        const file = join("instances", `${region}.tsv`);
        regions.set(region, existsSync(join(folder, file)) ? parseInstances(read(file)) : undefined);
      }
      return regions.get(region);
    },
    services: once(() => parseServices(read("services.tsv"))),
    sizes: once(() => parseSizes(read("sizes.tsv"))),
  };
}

const tables = priceTables();

/** New price book on the tables of this package, with an empty record of replaced prices. */
export const createPriceBook = (): PriceBook => new PriceBook(tables);
