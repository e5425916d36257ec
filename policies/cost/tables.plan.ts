/** Formats of the price tables in prices/: tab-separated values; lines that begin with `#` name the sources. */
import { rates } from "./rates";
import type { Rate } from "./rates";

/** USD per hour on demand, shared tenancy; undefined without a price. */
export interface InstancePrice {
  readonly linux: number | undefined;
  /** Includes the license. */
  readonly windows: number | undefined;
}

export interface InstanceTable {
  /** Source and date of the figures, a line each. */
  readonly sources: readonly string[];
  readonly prices: ReadonlyMap<string, InstancePrice>;
}

/** Figure of one rate in one region. */
export interface ServicePrice {
  readonly rate: Rate;
  /** `*`: every region. */
  readonly region: string;
  readonly usd: number;
  /** Date of the source, YYYY-MM-DD. */
  readonly date: string;
  /** Address of the source. */
  readonly source: string;
}

/** Sizes that instance requirements select by. */
export interface InstanceSize {
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** Number of accelerators. */
  readonly accelerators: number;
  readonly acceleratorMaker: "nvidia" | "other" | "";
  /** False for previous generations. */
  readonly current: boolean;
}

const byName = <T>([left]: readonly [string, T], [right]: readonly [string, T]): number => (left < right ? -1 : 1);

const cell = (value: number | undefined): string => (value === undefined ? "" : String(value));
const number = (text: string | undefined): number | undefined => (text ? Number(text) : undefined);

/** Rows of a table without its sources and its heading. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.slice(1).map((line) => line.split("\t"));
}

const sourcesOf = (text: string): readonly string[] =>
  text.split("\n").flatMap((line) => (line.startsWith("# ") ? line.slice(2) : []));

const render = (sources: readonly string[], rows: readonly (readonly string[])[]): string =>
  [...sources.map((source) => `# ${source}`), ...rows.map((row) => row.join("\t")), ""].join("\n");

export function renderInstances({ sources, prices }: InstanceTable): string {
  const rows = [...prices].sort(byName).map(([type, { linux, windows }]) => [type, cell(linux), cell(windows)]);
  return render(sources, [["type", "linux", "windows"], ...rows]);
}

export function parseInstances(text: string): InstanceTable {
  const prices = rowsOf(text).map(([type = "", linux, windows]): [string, InstancePrice] => [
    type,
    { linux: number(linux), windows: number(windows) },
  ]);
  return { sources: sourcesOf(text), prices: new Map(prices) };
}

export function renderSizes(sources: readonly string[], sizes: ReadonlyMap<string, InstanceSize>): string {
  const rows = [...sizes]
    .sort(byName)
    .map(([type, { vcpus, memoryMiB, accelerators, acceleratorMaker, current }]) => [
      type,
      String(vcpus),
      String(memoryMiB),
      String(accelerators),
      acceleratorMaker,
      current ? "current" : "previous",
    ]);
  return render(sources, [["type", "vcpus", "memoryMiB", "accelerators", "maker", "generation"], ...rows]);
}

export function parseSizes(text: string): ReadonlyMap<string, InstanceSize> {
  return new Map(
    rowsOf(text).map(([type = "", vcpus, memoryMiB, accelerators, maker, generation]): [string, InstanceSize] => [
      type,
      {
        vcpus: Number(vcpus),
        memoryMiB: Number(memoryMiB),
        accelerators: Number(accelerators),
        acceleratorMaker: maker as InstanceSize["acceleratorMaker"],
        current: generation === "current",
      },
    ]),
  );
}

export function renderServices(comments: readonly string[], prices: readonly ServicePrice[]): string {
  const rows = [...prices]
    .sort(
      (left, right) => rates.indexOf(left.rate) - rates.indexOf(right.rate) || (left.region < right.region ? -1 : 1),
    )
    .map(({ rate, region, usd, date, source }) => [rate, region, String(usd), date, source]);
  return render(comments, [["rate", "region", "usd", "date", "source"], ...rows]);
}

export function parseServices(text: string): readonly ServicePrice[] {
  return rowsOf(text).map(([rate, region = "", usd, date = "", source = ""]) => ({
    rate: rate as Rate,
    region,
    usd: Number(usd),
    date,
    source,
  }));
}

/** Comment lines at the top of a table. */
export const commentsOf = sourcesOf;
