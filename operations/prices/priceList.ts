/**
 * AWS's price list, which needs no credentials:
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

import type { Rate } from "../../policies/cost/rates";
import type { InstancePrice, InstanceTable, ServicePrice } from "../../policies/cost/tables.plan";
import { instanceOf, offers, rateOf } from "./offers.plan";
import type { Row } from "./offers.plan";

export const priceListAddress = "https://pricing.us-east-1.amazonaws.com";

export interface RegionPrices {
  readonly instances: InstanceTable;
  readonly services: readonly ServicePrice[];
}

/** The server cannot be reached. A wrong answer is a plain Error. */
export class UnreachableError extends Error {}

/**
 * Prices of a region.
 * @throws UnreachableError, or Error if the answer has another format.
 */
export async function readPriceList(address: string, region: string): Promise<RegionPrices> {
  const prices = new Map<string, Partial<Record<keyof InstancePrice, number>>>();
  const services = new Map<Rate, ServicePrice>();
  let instanceSource = "";
  for (const offer of offers) {
    const source = `${address}/offers/v1.0/aws/${offer}/current/${region}/index.csv`;
    const { date, rows } = await openFile(source);
    if (offer === "AmazonEC2") instanceSource = `${date} ${source}`;
    for await (const row of rows) {
      const instance = offer === "AmazonEC2" ? instanceOf(row) : undefined;
      if (instance) prices.set(instance.type, { ...prices.get(instance.type), [instance.system]: instance.usd });
      const found = rateOf(offer, row);
      // A rate can have several usage tiers. Keep the first one: it is the most expensive.
      if (found && found.usd > (services.get(found.rate)?.usd ?? 0)) {
        services.set(found.rate, { rate: found.rate, region, usd: found.usd, date, source });
      }
    }
  }
  if (prices.size === 0)
    throw new Error(`${instanceSource} has no instance prices: its format has changed; use --source go-modules`);
  const instances = [...prices].map(([type, { linux, windows }]): [string, InstancePrice] => [
    type,
    { linux, windows },
  ]);
  return { instances: { sources: [instanceSource], prices: new Map(instances) }, services: [...services.values()] };
}

/** Lines of metadata before the heading; the file of EC2 has hundreds of megabytes, so that its rows are a stream. */
const metadataLines = 5;

async function openFile(source: string): Promise<{ readonly date: string; readonly rows: AsyncIterable<Row> }> {
  const response = await fetch(source).catch((error: unknown) => {
    throw new UnreachableError(`${source}: ${describe(error)}`, { cause: error });
  });
  if (!response.ok || response.body === null) throw new Error(`${source}: HTTP ${response.status}`);
  const stream = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  const lines = createInterface({ input: stream, crlfDelay: Infinity })[Symbol.asyncIterator]();
  const next = async (): Promise<readonly string[]> => {
    const line: IteratorResult<string, undefined> = await lines.next();
    if (line.done === true)
      throw new Error(`${source} ends before its heading: not a price list file; check --price-list`);
    return splitCsv(line.value);
  };
  let date = "";
  for (let line = 0; line < metadataLines; line += 1) {
    const [key, value = ""] = await next();
    if (key === "Publication Date") date = value.slice(0, 10);
  }
  const heading = await next();
  if (date === "" || !heading.includes("usageType"))
    throw new Error(`${source} is not a price list file; check --price-list`);
  return { date, rows: rowsOf(heading, { [Symbol.asyncIterator]: () => lines }) };
}

async function* rowsOf(heading: readonly string[], lines: AsyncIterable<string>): AsyncIterable<Row> {
  for await (const line of lines) {
    const cells = splitCsv(line);
    yield Object.fromEntries(heading.map((name, index) => [name, cells[index] ?? ""]));
  }
}

/** Cells of a line. AWS quotes every cell and doubles quotes inside. */
export const splitCsv = (line: string): readonly string[] =>
  [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell = ""]) => cell.replaceAll('""', '"'));

/** `fetch` hides the reason in the cause. */
function describe(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
