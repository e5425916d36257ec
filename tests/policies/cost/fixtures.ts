import { estimateCost } from "../../../policies/cost/estimate.plan";
import type { Estimate } from "../../../policies/cost/estimate.plan";
import { PriceBook } from "../../../policies/cost/priceBook";
import { rates } from "../../../policies/cost/rates";
import type { InstanceSize } from "../../../policies/cost/tables.plan";
import { Resource, Stack } from "../../../policies/model/stack";
import type { Subject } from "../../../policies/model/stack";
import { aws } from "../../../policies/model/types";
import { resource } from "../fixtures";
import type { Inputs } from "../fixtures";

const size = (vcpus: number, memoryGiB: number, more: Partial<InstanceSize> = {}): InstanceSize => ({
  vcpus,
  memoryMiB: memoryGiB * 1024,
  accelerators: 0,
  acceleratorMaker: "",
  current: true,
  ...more,
});

/** Round figures: every rate costs 1 USD, an hour of an instance a few cents. */
export const book = (): PriceBook =>
  new PriceBook({
    instances: (region) => {
      if (region !== "us-east-1" && region !== "eu-west-1") return undefined;
      const all = [
        ["m6i.large", 0.1, 0.2],
        ["m6a.large", 0.05, undefined],
        ["t3.large", 0.01, undefined],
        ["m7g.large", 0.02, undefined],
        ["m4.large", 0.03, undefined],
        ["m6i.metal", 0.04, undefined],
        ["m6id.large", 0.11, undefined],
        ["m6in.large", 0.13, undefined],
        ["g5.large", 0.2, undefined],
      ] as const;
      const prices = all
        .filter(([type]) => region === "us-east-1" || type === "m6i.large")
        .map(([type, linux, windows]) => [type, { linux, windows }] as const);
      return { sources: [`2026-01-01 ${region}`], prices: new Map(prices) };
    },
    services: () =>
      rates.map((rate) => ({ rate, region: "us-east-1", usd: 1, date: "2026-01-01", source: "https://example.com" })),
    sizes: () =>
      new Map([
        ["m6i.large", size(2, 8)],
        ["m6a.large", size(2, 8)],
        ["t3.large", size(2, 8)],
        ["m7g.large", size(2, 8)],
        ["m4.large", size(2, 8, { current: false })],
        ["m6i.metal", size(2, 8)],
        ["m6id.large", size(2, 8)],
        ["m6in.large", size(2, 8)],
        ["g5.large", size(2, 8, { accelerators: 1, acceleratorMaker: "nvidia" })],
        ["without-a-price.large", size(2, 8)],
      ]),
  });

export const subnets = ["a", "b"].map((zone) =>
  resource(aws.subnet, { availabilityZone: zone, id: zone }, { name: zone }),
);

export function estimate(subjects: readonly Subject[], region: unknown = "us-east-1", prices = book()): Estimate {
  return estimateCost(new Stack(subjects.map((subject) => new Resource({ ...subject, region }))), prices);
}

export const template = (inputs: Inputs = {}): Subject =>
  resource(aws.launchTemplate, { instanceType: "m6i.large", ...inputs }, { name: "template" });
export const group = (inputs: Inputs): Subject =>
  resource(aws.autoscalingGroup, inputs, {
    name: "group",
    of: { [inputs.mixedInstancesPolicy === undefined ? "launchTemplate" : "mixedInstancesPolicy"]: ["template"] },
  });

export const cents = (usd: number): number => Number(usd.toFixed(2));

/** Inputs of a group with several instance types. */
export const mixed = (overrides: readonly object[], instancesDistribution: object = {}) => ({
  mixedInstancesPolicy: { instancesDistribution, launchTemplate: { overrides } },
});

export const types = (...names: readonly string[]) => names.map((instanceType) => ({ instanceType }));
