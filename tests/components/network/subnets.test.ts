import fc from "fast-check";
import { Address4 } from "ip-address";

import { NetworkPlanError, planSubnets, usableAddresses } from "../../../components/network/subnets.plan";

const letters = ["a", "b", "c", "d", "e", "f", "g", "h"];

const vpcCidr = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 16, max: 24 }))
  .map(([address, prefix]) => {
    const size = 2 ** (32 - prefix);
    return `${Address4.fromBigInt(BigInt(Math.floor(address / size) * size)).address}/${prefix}`;
  });
const zones = fc
  .shuffledSubarray(letters, { minLength: 1 })
  .map((some) => some.map((letter) => `eu-central-1${letter}`));

function allRanges(plan: ReturnType<typeof planSubnets>): Address4[] {
  return Object.values(plan)
    .flatMap((ranges) => [ranges.private, ranges.public])
    .map((range) => new Address4(range));
}

const first = (range: Address4): bigint => range.startAddress().bigInt();
const last = (range: Address4): bigint => range.endAddress().bigInt();

describe("subnet plan", () => {
  test("a /16 in three zones", () => {
    expect(planSubnets("10.0.0.0/16", ["eu-central-1a", "eu-central-1b", "eu-central-1c"])).toEqual({
      "eu-central-1a": { private: "10.0.0.0/20", public: "10.0.128.0/23" },
      "eu-central-1b": { private: "10.0.16.0/20", public: "10.0.130.0/23" },
      "eu-central-1c": { private: "10.0.32.0/20", public: "10.0.132.0/23" },
    });
  });

  test("a /24 has AWS's smallest subnets, and room for all eight zones", () => {
    const plan = planSubnets(
      "192.168.7.0/24",
      letters.map((letter) => `us-east-1${letter}`),
    );
    expect(plan["us-east-1a"]).toEqual({ private: "192.168.7.0/28", public: "192.168.7.128/28" });
    expect(plan["us-east-1h"]).toEqual({ private: "192.168.7.112/28", public: "192.168.7.240/28" });
  });

  test("GovCloud zones are supported", () => {
    expect(Object.keys(planSubnets("10.0.0.0/16", ["us-gov-west-1b"]))).toEqual(["us-gov-west-1b"]);
  });

  test("every range starts at its network address and is inside the VPC", () => {
    fc.assert(
      fc.property(vpcCidr, zones, (cidr, names) => {
        const vpc = new Address4(cidr);
        for (const range of allRanges(planSubnets(cidr, names))) {
          expect(range.startAddress().address).toBe(range.addressMinusSuffix);
          expect(first(range) >= first(vpc) && last(range) <= last(vpc)).toBe(true);
          expect(range.subnetMask).toBeLessThanOrEqual(28);
        }
      }),
    );
  });

  test("no two ranges share an address", () => {
    fc.assert(
      fc.property(vpcCidr, zones, (cidr, names) => {
        const ranges = allRanges(planSubnets(cidr, names)).sort((a, b) => (first(a) < first(b) ? -1 : 1));
        for (const [index, range] of ranges.slice(1).entries()) {
          expect(first(range) > last(ranges[index] as Address4)).toBe(true);
        }
      }),
    );
  });

  test("a zone's ranges do not depend on the other zones or on their order", () => {
    fc.assert(
      fc.property(vpcCidr, zones, (cidr, names) => {
        const together = planSubnets(cidr, names);
        for (const name of names) expect(planSubnets(cidr, [name])[name]).toEqual(together[name]);
      }),
    );
  });

  test.each([
    ["10.0.0.0/15", "eu-central-1a", "10.0.0.0/15 is not supported; write a range between /16"],
    ["10.0.0.0/25", "eu-central-1a", "10.0.0.0/25 is not supported; write a range between /16"],
    ["10.0.7.0/16", "eu-central-1a", "10.0.7.0/16 does not start at its network address; write 10.0.0.0/16"],
    ["10.0.0.0", "eu-central-1a", "10.0.0.0 is not an IPv4 range; write a range such as 10.0.0.0/16"],
    ["fd00::/16", "eu-central-1a", "fd00::/16 is not an IPv4 range"],
    ["10.0.0.0/16", "eu-central-1", "eu-central-1 is not a supported availability zone"],
    ["10.0.0.0/16", "eu-central-1i", "eu-central-1i is not a supported availability zone"],
    ["10.0.0.0/16", "us-west-2-lax-1a", "us-west-2-lax-1a is not a supported availability zone"],
  ])("%s with zone %s is refused", (cidr, zone, message) => {
    const plan = () => planSubnets(cidr, [zone]);
    expect(plan).toThrow(NetworkPlanError);
    expect(plan).toThrow(message);
  });

  test("two zones with the same letter are refused", () => {
    expect(() => planSubnets("10.0.0.0/16", ["eu-central-1a", "eu-west-1a"])).toThrow(
      "zones eu-central-1a and eu-west-1a end in the same letter",
    );
  });

  test("usable addresses exclude those that AWS reserves", () => {
    expect(usableAddresses("10.0.0.0/20")).toBe(4091);
    expect(usableAddresses("10.0.0.0/28")).toBe(11);
  });
});
