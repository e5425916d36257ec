/** `holdfast prices`: refreshes the price tables of cost estimates. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { UsageError } from "../../cli/program";
import { knownRegions } from "../../components/settings/regions";
import { suggest } from "../../components/settings/suggestions";
import { hasUsdPrices } from "../../policies/cost/rates";
import {
  commentsOf,
  parseServices,
  renderInstances,
  renderServices,
  renderSizes,
} from "../../policies/cost/tables.plan";
import type { InstanceTable, ServicePrice } from "../../policies/cost/tables.plan";
import { readGoModules } from "./goTables";
import { UnreachableError, priceListAddress, readPriceList } from "./priceList";

/** Source of prices. */
type Source = "price-list" | "go-modules";

interface PricesOptions {
  /** Default: the price list; if it is unreachable, the Go modules. */
  readonly source?: Source | undefined;
  /** Default: all regions. */
  readonly region?: readonly string[] | undefined;
  /** Address of the price list. Default: AWS's. */
  readonly priceList?: string | undefined;
  /** Folder of the tables. Default: policies/cost/prices. */
  readonly out?: string | undefined;
}

/** Refreshes the price tables of cost estimates. @throws UsageError for an unknown region. */
export async function runPrices({
  source,
  region: selected = [],
  priceList = priceListAddress,
  out = join(__dirname, "..", "..", "policies", "cost", "prices"),
}: PricesOptions): Promise<number> {
  const unknown = selected.find((region) => !knownRegions.includes(region));
  if (unknown !== undefined) throw new UsageError(`unknown region ${unknown}; ${suggest(unknown, knownRegions)}`);
  const regions = (selected.length > 0 ? selected : knownRegions).filter(hasUsdPrices);
  if (source !== "go-modules" && (await refreshFromPriceList(out, priceList, regions, source === undefined))) return 0;
  await refreshFromGoModules(out, regions);
  return 0;
}

/** @returns false if the price list is unreachable and another source may be used. */
async function refreshFromPriceList(
  out: string,
  address: string,
  regions: readonly string[],
  optional: boolean,
): Promise<boolean> {
  const read: ServicePrice[] = [];
  for (const region of regions) {
    try {
      const { instances, services } = await readPriceList(address, region);
      writeInstances(out, region, instances);
      read.push(...services);
    } catch (error) {
      if (!optional || read.length > 0 || !(error instanceof UnreachableError)) throw error;
      log(`price list unreachable: ${error.message}`);
      return false;
    }
  }
  writeServices(out, read);
  return true;
}

async function refreshFromGoModules(out: string, regions: readonly string[]): Promise<void> {
  const { tables, sizes, sizeSource } = await readGoModules(regions);
  for (const [region, table] of tables) writeInstances(out, region, table);
  const without = regions.filter((region) => !tables.has(region));
  if (without.length > 0) log(`no instance prices: ${without.join(", ")}`);
  writeFileSync(join(out, "sizes.tsv"), renderSizes([sizeSource], sizes));
  log(`sizes: ${sizes.size} instance types`);
}

function writeInstances(out: string, region: string, table: InstanceTable): void {
  mkdirSync(join(out, "instances"), { recursive: true });
  writeFileSync(join(out, "instances", `${region}.tsv`), renderInstances(table));
  log(`${region}: ${table.prices.size} instance types`);
}

/** Replaces the figures that were read; keeps all others. */
function writeServices(out: string, read: readonly ServicePrice[]): void {
  const path = join(out, "services.tsv");
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const isRead = (old: ServicePrice): boolean =>
    read.some(({ rate, region }) => rate === old.rate && region === old.region);
  const kept = parseServices(text).filter((old) => !isRead(old));
  writeFileSync(path, renderServices(commentsOf(text), [...kept, ...read]));
  log(`services: ${read.length} prices read, ${kept.length} kept`);
}

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
