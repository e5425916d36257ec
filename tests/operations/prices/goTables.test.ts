/** Parsers of the tables in Go modules. */
import { overlay, parseInstancesInfo, parseKarpenter } from "../../../operations/prices/goTables";
import { parseInstances, parseSizes, renderInstances, renderSizes } from "../../../policies/cost/tables.plan";

const karpenter = [
  "package pricing",
  "// generated at 2026-07-06T14:20:29Z for us-east-1",
  "var InitialOnDemandPricesAWS = map[string]map[ec2types.InstanceType]float64{",
  "\t// us-east-1",
  '\t"us-east-1": {',
  "\t\t// c6a family",
  '\t\t"c6a.12xlarge": 1.836000, "c6a.metal-48xl": 7.344000,',
  '\t\t"u7i-12tb.224xlarge": 152.880000,',
  "\t},",
  '\t"us-gov-east-1": {',
  '\t\t"c5.large": 0.102000,',
  "\t},",
  "}",
].join("\n");

test("Karpenter's generated table, without bare metal", () => {
  const { date, prices } = parseKarpenter(karpenter);
  expect(date).toBe("2026-07-06");
  expect([...prices].map(([region, table]) => [region, [...table]])).toEqual([
    [
      "us-east-1",
      [
        ["c6a.12xlarge", 1.836],
        ["u7i-12tb.224xlarge", 152.88],
      ],
    ],
    ["us-gov-east-1", [["c5.large", 0.102]]],
  ]);
  expect(() => parseKarpenter("package pricing")).toThrow("not a price table of Karpenter");
});

const instance = (type: string, more: object) => ({
  instance_type: type,
  vCPU: 4,
  memory: 16,
  GPU: 0,
  FPGA: 0,
  GPU_model: null,
  generation: "current",
  pricing: {},
  ...more,
});

test("instances of vantage.sh: prices with and without Windows, accelerators", () => {
  const { prices, sizes } = parseInstancesInfo(
    JSON.stringify([
      instance("m6i.xlarge", {
        pricing: {
          "eu-central-1": { linux: { ondemand: "0.23", spot_avg: "0.09" }, mswin: { ondemand: "0.414" } },
          "us-east-1": { linux: { ondemand: "0.192" }, linuxSQL: { ondemand: "1" } },
          "eu-west-1": { linux: { ondemand: "0" } },
        },
      }),
      instance("g5.xlarge", { GPU: 1, GPU_model: "NVIDIA A10G" }),
      instance("g4ad.xlarge", { GPU: 1, GPU_model: "AMD Radeon Pro V520" }),
      instance("inf2.xlarge", {}),
      instance("f1.2xlarge", { FPGA: 1, generation: "previous", memory: 0.5 }),
    ]),
  );
  expect([...prices].map(([region, table]) => [region, [...table]])).toEqual([
    ["eu-central-1", [["m6i.xlarge", { linux: 0.23, windows: 0.414 }]]],
    ["us-east-1", [["m6i.xlarge", { linux: 0.192, windows: undefined }]]],
  ]);
  const shown = [...sizes].map(([type, { accelerators, acceleratorMaker, current, memoryMiB }]) =>
    [type, accelerators, acceleratorMaker, current, memoryMiB].join(" "),
  );
  expect(shown).toEqual([
    "m6i.xlarge 0  true 16384",
    "g5.xlarge 1 nvidia true 16384",
    "g4ad.xlarge 1 other true 16384",
    "inf2.xlarge 1 other true 16384",
    "f1.2xlarge 1 other false 512",
  ]);
  expect(parseSizes(renderSizes(["source"], sizes))).toEqual(sizes);
});

test("newer Linux prices replace older ones and keep the price of Windows", () => {
  const older = new Map([["m6i.large", { linux: 1, windows: 2 }]]);
  const merged = overlay(
    older,
    new Map([
      ["m6i.large", 1.5],
      ["m9.large", 3],
    ]),
  );
  expect([...merged]).toEqual([
    ["m6i.large", { linux: 1.5, windows: 2 }],
    ["m9.large", { linux: 3, windows: undefined }],
  ]);
  const table = { sources: ["2026-01-01 a", "2026-01-02 b"], prices: merged };
  expect(parseInstances(renderInstances(table))).toEqual(table);
});
