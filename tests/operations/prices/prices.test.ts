/** `holdfast prices` against a stand-in for AWS's price list on this host. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { run as runCommandLine } from "../../../cli/main";
import { splitCsv } from "../../../operations/prices/priceList";
import { priceTables } from "../../../policies/cost/priceFiles";
import { clear, recordOutput } from "../../cli/printed";

/**
 * Columns and metadata of a file as AWS documents them; EC2 has more columns, which the command does not read:
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
 */
const columns = [
  "SKU",
  "OfferTermCode",
  "RateCode",
  "TermType",
  "PriceDescription",
  "EffectiveDate",
  "StartingRange",
  "EndingRange",
  "Unit",
  "PricePerUnit",
  "Currency",
  "Product Family",
  "serviceCode",
  "Location",
  "Location Type",
  "usageType",
  "operation",
  "Region Code",
];

const quoted = (cells: readonly string[]): string => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",");

const row = (family: string, usageType: string, usd: string, more: Readonly<Record<string, string>> = {}): string => {
  const cells: Readonly<Record<string, string>> = {
    TermType: "OnDemand",
    PriceDescription: `${usd} per "unit", as of now`,
    PricePerUnit: usd,
    Currency: "USD",
    "Product Family": family,
    "Location Type": "AWS Region",
    usageType,
    ...more,
  };
  return quoted(columns.map((column) => cells[column] ?? ""));
};

const file = (offer: string, rows: readonly string[]): string =>
  [
    quoted(["FormatVersion", "v1.0"]),
    quoted([
      "Disclaimer",
      "This pricing list is for informational purposes only, see: https://aws.amazon.com/pricing/",
    ]),
    quoted(["Publication Date", "2026-11-20T18:02:11Z"]),
    quoted(["Version", "20261120180211"]),
    quoted(["OfferCode", offer]),
    quoted(columns),
    ...rows,
    "",
  ].join("\n");

const linux = { operation: "RunInstances" };
const files: Readonly<Record<string, readonly string[]>> = {
  AmazonEC2: [
    row("Compute Instance", "EUC1-BoxUsage:m6i.xlarge", "0.2300000000", linux),
    row("Compute Instance", "EUC1-BoxUsage:m6i.xlarge", "0.4140000000", { operation: "RunInstances:0002" }),
    row("Compute Instance", "EUC1-BoxUsage:m6i.xlarge", "0.7100000000", { operation: "RunInstances:0004" }),
    row("Compute Instance", "EUC1-BoxUsage:m6i.xlarge", "0.1650000000", { ...linux, TermType: "Reserved" }),
    row("Compute Instance", "EUC1-UnusedBox:m6i.xlarge", "0.2300000000", linux),
    row("Compute Instance", "EUC1-DedicatedUsage:m6i.xlarge", "0.2440000000", linux),
    row("Compute Instance", "EUC1-HAM1-BoxUsage:t3.medium", "0.0600000000", {
      ...linux,
      "Location Type": "AWS Local Zone",
    }),
    row("Compute Instance (bare metal)", "EUC1-BoxUsage:m6i.metal", "7.3600000000", linux),
    row("Storage", "EUC1-EBS:VolumeUsage.gp3", "0.0952000000"),
    row("System Operation", "EUC1-EBS:VolumeP-IOPS.gp3", "0.0060000000"),
    row("Provisioned Throughput", "EUC1-EBS:VolumeP-Throughput.gp3", "48.7424000000", { Unit: "GiBps-mo" }),
    row("NAT Gateway", "EUC1-NatGateway-Hours", "0.0520000000"),
    row("NAT Gateway", "EUC1-RegionalNatGateway-Hours", "0.9990000000"),
    row("NAT Gateway", "EUC1-NatGateway-Bytes", "0.0520000000"),
  ],
  AWSELB: [
    row("Load Balancer-Network", "EUC1-LoadBalancerUsage", "0.0270000000"),
    row("Load Balancer-Application", "EUC1-LoadBalancerUsage", "0.9990000000"),
    row("Load Balancer-Network", "EUC1-LCUUsage", "0.0060000000"),
  ],
  AmazonVPC: [
    row("VpcEndpoint", "EUC1-VpcEndpoint-Hours", "0.0120000000"),
    row("VpcEndpoint", "EUC1-VpcEndpoint-Bytes", "0.0100000000", { StartingRange: "0" }),
    row("VpcEndpoint", "EUC1-VpcEndpoint-Bytes", "0.0060000000", { StartingRange: "1048576" }),
  ],
  awskms: [
    row("Encryption Key", "eu-central-1-KMS-Keys", "1.0000000000"),
    row("API Request", "eu-central-1-KMS-Requests", "0.0000000000", { EndingRange: "20000" }),
    row("API Request", "eu-central-1-KMS-Requests", "0.0000030000"),
  ],
  AmazonS3: [row("Storage", "EUC1-TimedStorage-ByteHrs", "0.0245000000")],
  AmazonCloudWatch: [row("Alarm", "EUC1-CW:AlarmMonitorUsage", "0.1000000000")],
  AWSDataTransfer: [row("Data Transfer", "EUC1-DataTransfer-Regional-Bytes", "0.0100000000")],
};

let server: Server;
let address: string;
let out: string;
let answer: (offer: string, region: string) => string | undefined;

beforeEach(async () => {
  out = mkdtempSync(join(tmpdir(), "holdfast-prices-"));
  answer = (offer, region) => (region === "eu-central-1" ? file(offer, files[offer] ?? []) : undefined);
  server = createServer((request, response) => {
    const [, offer = "", region = ""] =
      /^\/offers\/v1\.0\/aws\/(\w+)\/current\/([\w-]+)\/index\.csv$/.exec(request.url ?? "") ?? [];
    const text = answer(offer, region);
    response.statusCode = text === undefined ? 404 : 200;
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.close();
  rmSync(out, { recursive: true });
});

const printed = recordOutput();
async function run(...argv: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  clear(printed);
  const code = await runCommandLine(["prices", "--out", out, ...argv]);
  return { code, stderr: printed.err };
}

test("reads a region's price list: instances by system, rates by unit, the first tier of usage, no local zones", async () => {
  writeFileSync(
    join(out, "services.tsv"),
    "# a comment\nrate\tregion\tusd\tdate\tsource\nhostedZone\t*\t0.5\t2026-09-20\thttps://aws.amazon.com/route53/pricing/\n" +
      "natGatewayHour\teu-central-1\t9\t2020-01-01\thttps://example.com\nnatGatewayHour\tus-east-1\t0.045\t2020-01-01\thttps://example.com\n",
  );
  const result = await run("--price-list", address, "--region", "eu-central-1");
  expect(result).toEqual({ code: 0, stderr: "eu-central-1: 2 instance types\nservices: 14 prices read, 2 kept\n" });
  const { instances, services } = priceTables(out);
  expect(instances("eu-central-1")).toEqual({
    sources: [`2026-11-20 ${address}/offers/v1.0/aws/AmazonEC2/current/eu-central-1/index.csv`],
    prices: new Map([
      ["m6i.metal", { linux: 7.36, windows: undefined }],
      ["m6i.xlarge", { linux: 0.23, windows: 0.414 }],
    ]),
  });
  const rows = services().map(({ rate, region, usd }) => `${rate} ${region} ${usd}`);
  expect(rows).toEqual([
    "gp3Storage eu-central-1 0.0952",
    "gp3Iops eu-central-1 0.006",
    "gp3Throughput eu-central-1 0.0476",
    "natGatewayHour eu-central-1 0.052",
    "natGatewayHour us-east-1 0.045",
    "natGatewayData eu-central-1 0.052",
    "networkLoadBalancerHour eu-central-1 0.027",
    "networkLoadBalancerUnit eu-central-1 0.006",
    "endpointHour eu-central-1 0.012",
    "endpointData eu-central-1 0.01",
    "kmsKey eu-central-1 1",
    "kmsRequests eu-central-1 0.03",
    "hostedZone * 0.5",
    "s3Storage eu-central-1 0.0245",
    "alarm eu-central-1 0.1",
    "zoneTransfer eu-central-1 0.01",
  ]);
  expect(services().find(({ rate }) => rate === "endpointHour")).toMatchObject({
    date: "2026-11-20",
    source: `${address}/offers/v1.0/aws/AmazonVPC/current/eu-central-1/index.csv`,
  });
  expect(readFileSync(join(out, "services.tsv"), "utf8")).toMatch(/^# a comment\n/);
});

test.each<readonly [string, () => void, RegExp]>([
  ["a missing file", () => (answer = () => undefined), /AmazonEC2\/current\/eu-central-1\/index\.csv: HTTP 404\n$/],
  ["another format", () => (answer = () => "<html>\n".repeat(9)), /is not a price list file; check --price-list\n$/],
  ["an empty file", () => (answer = () => ""), /ends before its heading: not a price list file; check --price-list\n$/],
  [
    "no instances",
    () => (answer = (offer) => file(offer, [])),
    /has no instance prices: its format has changed; use --source go-modules\n$/,
  ],
])("%s is an error, and changes no table", async (_title, prepare, message) => {
  prepare();
  const { code, stderr } = await run("--price-list", address, "--region", "eu-central-1");
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(readdirSync(out)).toEqual([]);
});

test("an unreachable price list is an error if no other source is allowed", async () => {
  await new Promise((resolve) => server.close(resolve));
  const { code, stderr } = await run("--price-list", address, "--source", "price-list", "--region", "eu-central-1");
  expect([code, stderr]).toEqual([1, expect.stringMatching(/index\.csv: .*ECONNREFUSED/)]);
  expect(readdirSync(out)).toEqual([]);
});

test.each([
  [["--source", "guess"], "Allowed choices are price-list, go-modules."],
  [["--region", "eu-central-9"], "unknown region eu-central-9; did you mean eu-central-1"],
])("wrong usage: %j", async (argv, message) => {
  const { code, stderr } = await run(...argv);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test("cells with commas and quotes", () => {
  expect(splitCsv('"a","b, ""c""","","d"')).toEqual(["a", 'b, "c"', "", "d"]);
});
