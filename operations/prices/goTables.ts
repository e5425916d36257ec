/** Instance prices in Go modules, for hosts that cannot reach AWS's price list. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

import { hasUsdPrices } from "../../policies/cost/rates";
import type { InstancePrice, InstanceSize, InstanceTable } from "../../policies/cost/tables.plan";

/**
 * Module with the newest prices, but only of a few regions: tables that Karpenter generates from AWS's pricing API. Newer versions
 * of the module require a newer Go.
 */
const karpenter = "github.com/aws/karpenter-provider-aws@v1.14.1";
const karpenterFiles = ["aws", "aws_us_gov"].map((name) => `pkg/providers/pricing/zz_generated.pricing_${name}.go`);

/** Module with the prices of all regions, also of Windows: data of https://instances.vantage.sh, under the MIT license. */
const instancesInfo = "github.com/cristim/ec2-instances-info@v0.0.0-20250528091325-32acf84f42eb";
const instancesFile = "data/instances.json";

export interface ModuleTables {
  readonly tables: ReadonlyMap<string, InstanceTable>;
  readonly sizes: ReadonlyMap<string, InstanceSize>;
  /** Source of the sizes. */
  readonly sizeSource: string;
}

/** Price tables of the regions, and sizes of all types, from both modules. @throws Error with the failed command. */
export async function readGoModules(regions: readonly string[]): Promise<ModuleTables> {
  const [directory, karpenterDirectory] = [await download(instancesInfo), await download(karpenter)];
  const info = parseInstancesInfo(readFileSync(join(directory, instancesFile), "utf8"));
  const newest = karpenterFiles.map((file) => parseKarpenter(readFileSync(join(karpenterDirectory, file), "utf8")));
  const source = `${dateOfPseudoVersion(instancesInfo)} ${instancesInfo}`;
  const tables = regions.filter(hasUsdPrices).flatMap((region): readonly [string, InstanceTable][] => {
    const older = info.prices.get(region);
    const newer = newest.find(({ prices }) => prices.has(region));
    if (newer === undefined) return older ? [[region, { sources: [source], prices: older }]] : [];
    const linux = newer.prices.get(region) ?? new Map<string, number>();
    return [
      [
        region,
        {
          sources: [`${newer.date} ${karpenter}: Linux`, `${source}: Windows, and types that the former lacks`],
          prices: overlay(older ?? new Map<string, InstancePrice>(), linux),
        },
      ],
    ];
  });
  return { tables: new Map(tables), sizes: info.sizes, sizeSource: source };
}

/** Older prices, with the newer ones for Linux. Windows prices stay as they are. */
export function overlay(
  older: ReadonlyMap<string, InstancePrice>,
  linux: ReadonlyMap<string, number>,
): ReadonlyMap<string, InstancePrice> {
  const merged = new Map(older);
  for (const [type, usd] of linux) merged.set(type, { linux: usd, windows: older.get(type)?.windows });
  return merged;
}

/** Folder of a module in the module cache. */
async function download(module: string): Promise<string> {
  const command = `go mod download -json ${module}`;
  const [go = "", ...args] = command.split(" ");
  let output: string;
  try {
    ({ stdout: output } = await promisify(execFile)(go, args, { env: { ...process.env, GOFLAGS: "" } }));
  } catch (error) {
    // Go prints the reason as JSON on standard output.
    output = (error as { readonly stdout?: string }).stdout ?? "";
    if (output === "") throw new Error(`${command}: ${(error as Error).message}`, { cause: error });
  }
  const { Dir: directory, Error: problem } = moduleSchema.parse(JSON.parse(output));
  if (directory === undefined) throw new Error(`${command}: ${problem ?? "no folder"}`);
  return directory;
}

const moduleSchema = z.object({ Dir: z.string().optional(), Error: z.string().optional() });

/** `…-20250528091325-…`: 2025-05-28. */
const dateOfPseudoVersion = (module: string): string =>
  /-(\d{4})(\d{2})(\d{2})\d{6}-/.exec(module)?.slice(1, 4).join("-") ?? "";

/**
 * Linux prices by region and type in a generated Go file, and the day of its generation. Omits bare metal, for which Karpenter
 * queries the higher price of dedicated tenancy (pkg/providers/pricing/pricing.go).
 * @throws Error if the file has another format.
 */
export function parseKarpenter(text: string): {
  readonly date: string;
  readonly prices: ReadonlyMap<string, ReadonlyMap<string, number>>;
} {
  const date = /^\/\/ generated at (\d{4}-\d{2}-\d{2})T/m.exec(text)?.[1];
  const prices = new Map<string, Map<string, number>>();
  let region: Map<string, number> | undefined;
  for (const line of text.split("\n")) {
    const name = /^\t"([a-z0-9-]+)": \{$/.exec(line)?.[1];
    if (name !== undefined) {
      region = new Map<string, number>();
      prices.set(name, region);
    }
    for (const [, type = "", usd] of line.matchAll(/"([a-z0-9-]+\.[a-z0-9-]+)": ([\d.]+)/g)) {
      if (!type.includes(".metal")) region?.set(type, Number(usd));
    }
  }
  if (date === undefined || prices.size === 0)
    throw new Error(
      "the Go file is not a price table of Karpenter: adapt parseKarpenter, or choose another version of the module",
    );
  return { date, prices };
}

const price = z.string().transform((text) => (Number(text) > 0 ? Number(text) : undefined));
const onDemand = z.object({ ondemand: price.optional() }).optional();

const instanceSchema = z.object({
  instance_type: z.string(),
  vCPU: z.number(),
  memory: z.number(),
  GPU: z.number().catch(0),
  FPGA: z.number().catch(0),
  GPU_model: z.string().nullish(),
  generation: z.string(),
  pricing: z.record(z.string(), z.object({ linux: onDemand, mswin: onDemand })),
});

/** Prices by region and sizes of https://instances.vantage.sh/instances.json. */
export function parseInstancesInfo(text: string): {
  readonly prices: ReadonlyMap<string, ReadonlyMap<string, InstancePrice>>;
  readonly sizes: ReadonlyMap<string, InstanceSize>;
} {
  const instances = z.array(instanceSchema).parse(JSON.parse(text));
  const prices = new Map<string, Map<string, InstancePrice>>();
  for (const { instance_type: type, pricing } of instances) {
    for (const [region, { linux, mswin }] of Object.entries(pricing)) {
      const found = { linux: linux?.ondemand, windows: mswin?.ondemand };
      if (found.linux === undefined && found.windows === undefined) continue;
      const table = prices.get(region) ?? new Map<string, InstancePrice>();
      prices.set(region, table.set(type, found));
    }
  }
  const sizes = instances.map((instance): [string, InstanceSize] => [instance.instance_type, sizeOf(instance)]);
  return { prices, sizes: new Map(sizes) };
}

/** Families with accelerators for machine learning and video, which count neither as GPU nor as FPGA. */
const otherAccelerators = /^(inf|trn|dl|vt)\d/;

function sizeOf(instance: z.infer<typeof instanceSchema>): InstanceSize {
  const { instance_type: type, vCPU: vcpus, memory, GPU, FPGA, GPU_model: model, generation } = instance;
  const isOther = FPGA > 0 || otherAccelerators.test(type);
  const accelerators = GPU > 0 ? GPU : isOther ? Math.max(FPGA, 1) : 0;
  const isNvidia = GPU > 0 && (model ?? "").includes("NVIDIA");
  return {
    vcpus,
    memoryMiB: Math.round(memory * 1024),
    accelerators,
    acceleratorMaker: accelerators === 0 ? "" : isNvidia ? "nvidia" : "other",
    current: generation === "current",
  };
}
