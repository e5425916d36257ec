import * as fc from "fast-check";
import {
  freePodRange,
  rangeContains,
  loadBalancerAddress,
  subnetAddresses,
} from "../../../rehearsal/machines/addresses";

test("the router of a subnet has its first address", () => {
  expect(subnetAddresses("10.0.16.0/20")).toEqual({ gateway: "10.0.16.1", prefixLength: 20 });
});

test("load balancers get the last addresses of a subnet", () => {
  expect(loadBalancerAddress("10.0.0.0/20", 0)).toBe("10.0.15.254");
  expect(loadBalancerAddress("10.0.0.0/20", 1)).toBe("10.0.15.253");
  expect(() => loadBalancerAddress("10.0.0.0/28", 11)).toThrow("10.0.0.0/28 has no address for another load balancer");
});

test("pods get the lowest free range", () => {
  expect(freePodRange("10.244.0.0/16", new Set())).toBe("10.244.0.0/24");
  expect(freePodRange("10.244.0.0/16", new Set(["10.244.0.0/24", "10.244.2.0/24"]))).toBe("10.244.1.0/24");
  expect(() => freePodRange("10.244.0.0/23", new Set(["10.244.0.0/24", "10.244.1.0/24"]))).toThrow(
    "every /24 of 10.244.0.0/23 is taken",
  );
});

test("pod ranges are distinct and inside the cluster's", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), (machines) => {
      const taken = new Set<string>();
      for (let each = 0; each < machines; each += 1) taken.add(freePodRange("10.128.0.0/15", taken));
      expect(taken.size).toBe(machines);
      for (const range of taken) expect(rangeContains("10.128.0.0/15", range.split("/")[0] ?? "")).toBe(true);
    }),
  );
});

test("a range contains its addresses only", () => {
  expect(rangeContains("10.244.3.0/24", "10.244.3.9")).toBe(true);
  expect(rangeContains("10.244.3.0/24", "10.244.4.9")).toBe(false);
  expect(rangeContains("10.244.3.0/24", "::1")).toBe(false);
});
