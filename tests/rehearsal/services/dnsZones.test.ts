import { dnsRecord } from "../../../rehearsal/aws/route53";
import {
  corefile,
  instanceName,
  instanceZone,
  route53NegativeTtl,
  zoneText,
} from "../../../rehearsal/services/dnsZones";

test("a zone file contains its records and serial", () => {
  const text = zoneText(
    { name: "c.internal", negativeTtl: 900 },
    [
      { name: "c.internal.", type: "NS", ttl: 172800, values: ["ns-1.awsdns.com"] },
      { name: "etcd-a.c.internal.", type: "A", ttl: 5, values: ["10.0.0.4"] },
      { name: "api.c.internal", type: "A", ttl: 60, values: ["10.0.15.254", "10.0.31.254"] },
      { name: "\\052.apps.c.internal.", type: "CNAME", ttl: 30, values: ["api.c.internal."] },
    ],
    7,
  );
  expect(text.split("\n")).toEqual([
    "c.internal. 900 IN SOA ns.c.internal. hostmaster.c.internal. 7 60 60 600 900",
    "c.internal. 60 IN NS ns.c.internal.",
    "*.apps.c.internal. 30 IN CNAME api.c.internal.",
    "api.c.internal. 60 IN A 10.0.15.254",
    "api.c.internal. 60 IN A 10.0.31.254",
    "etcd-a.c.internal. 5 IN A 10.0.0.4",
    "",
  ]);
});

test("the DNS server remembers that a name does not exist, but no addresses, and logs what does not exist", () => {
  const zone = { name: "c.internal", negativeTtl: route53NegativeTtl, file: "/run/c.internal.zone" };
  const [block = ""] = corefile("169.254.169.253", [zone]).split(".:53 {");
  expect(block.split("\n").map((line) => line.trim())).toEqual(
    expect.arrayContaining(["cache {", "disable success", "denial 9984 900 900", "class denial"]),
  );
});

test("an alias record has the addresses of its load balancer", () => {
  const addressesOf = (name: string): string[] => (name === "c-api-1.elb.amazonaws.com" ? ["10.0.15.254"] : []);
  const alias = {
    Name: "api.c.internal.",
    Type: "A" as const,
    TTL: 0,
    AliasTarget: { DNSName: "c-api-1.elb.amazonaws.com.", HostedZoneId: "Z1", EvaluateTargetHealth: false },
  };
  expect(dnsRecord(alias, addressesOf)).toEqual({
    name: "api.c.internal.",
    type: "A",
    ttl: 60,
    values: ["10.0.15.254"],
  });
  expect(
    dnsRecord({ Name: "etcd-a.c.internal.", Type: "A", TTL: 5, ResourceRecords: [{ Value: "10.0.0.4" }] }, addressesOf),
  ).toEqual({ name: "etcd-a.c.internal.", type: "A", ttl: 5, values: ["10.0.0.4"] });
});

test("instances have EC2's names, which differ in us-east-1", () => {
  expect(instanceName("10.0.0.4", "eu-central-1")).toBe("ip-10-0-0-4.eu-central-1.compute.internal");
  expect(instanceZone("us-east-1")).toBe("ec2.internal");
});
