import { checkExistingVpc } from "../../../components/network/existingVpcChecks";
import type { SubnetFacts, VpcFacts } from "../../../components/network/existingVpcChecks";
import { simulateInvoke } from "../../../simulation/invokes";
import { verifyExistingVpc } from "../../../components/network/verifyExistingVpc";
import { World } from "../../../simulation/core/world";
import { specOf } from "../../specs";
import { deploy } from "../../mocks";

const id = "vpc-0123456789abcdef0";
const subnetId = "subnet-0123456789abcdef0";
const settings = {
  source: "existing",
  id,
  cidr: "10.5.0.0/16",
  secondaryCidrs: ["100.64.0.0/16"],
  privateSubnets: { "eu-central-1a": subnetId },
};
const { vpc: spec } = specOf({ name: "blue", network: { zones: ["a"], vpc: settings }, protect: false }).network;
if (spec.source !== "existing") throw new Error("not an existing VPC");

const ranges = (...blocks: readonly string[]) => blocks.map((cidrBlock) => ({ cidrBlock, state: "associated" }));
const vpc: VpcFacts = {
  cidrBlockAssociations: [...ranges("10.5.0.0/16", "100.64.0.0/16"), { cidrBlock: "10.9.0.0/16", state: "failed" }],
  enableDnsSupport: true,
  enableDnsHostnames: true,
};
const subnet: SubnetFacts = { vpcId: id, availabilityZone: "eu-central-1a", ipv6Native: false, outpostArn: "" };

const problemsOf = (vpcChange: Partial<VpcFacts>, subnetChange: Partial<SubnetFacts> = {}) =>
  [
    ...checkExistingVpc(spec, { ...vpc, ...vpcChange }, [
      {
        path: ["network", "vpc", "privateSubnets", "eu-central-1a"],
        id: subnetId,
        zone: "eu-central-1a",
        facts: { ...subnet, ...subnetChange },
      },
    ]),
  ].map(({ path, message }) => `${path.slice(2).join(".")}: ${message}`);

test("accepts a VPC that is as the settings say", () => {
  expect(problemsOf({})).toEqual([]);
});

test.each<[string, Partial<VpcFacts>, Partial<SubnetFacts>, string]>([
  [
    "a range that the settings lack",
    { cidrBlockAssociations: ranges("10.5.0.0/16", "100.64.0.0/16", "10.7.0.0/16") },
    {},
    "secondaryCidrs: the VPC has the ranges 10.5.0.0/16, 100.64.0.0/16, 10.7.0.0/16; write cidr: 10.5.0.0/16 and secondaryCidrs: [100.64.0.0/16, 10.7.0.0/16]",
  ],
  [
    "a range that the VPC lacks",
    { cidrBlockAssociations: ranges("10.5.0.0/16") },
    {},
    "write cidr: 10.5.0.0/16 and secondaryCidrs: []",
  ],
  [
    "another primary range",
    { cidrBlockAssociations: ranges("10.8.0.0/16", "100.64.0.0/16") },
    {},
    "cidr: the VPC has the ranges 10.8.0.0/16, 100.64.0.0/16",
  ],
  [
    "disabled DNS support",
    { enableDnsSupport: false },
    {},
    `id: the VPC has enableDnsSupport: false, but the cluster's names are in a private DNS zone; run aws ec2 modify-vpc-attribute --vpc-id ${id} --enable-dns-support '{"Value":true}'`,
  ],
  ["disabled DNS hostnames", { enableDnsHostnames: false }, {}, "--enable-dns-hostnames"],
  ["a subnet of another VPC", {}, { vpcId: "vpc-1" }, "privateSubnets.eu-central-1a: belongs to vpc-1"],
  [
    "a subnet of a Local Zone",
    {},
    { availabilityZone: "eu-central-1-ham-1a" },
    "in eu-central-1-ham-1a; write a subnet of eu-central-1a",
  ],
  ["a subnet without IPv4", {}, { ipv6Native: true }, "has no IPv4 addresses"],
  ["a subnet on an Outpost", {}, { outpostArn: "arn:aws:outposts:x" }, "on an Outpost"],
])("refuses %s", (_title, vpcChange, subnetChange, message) => {
  expect(problemsOf(vpcChange, subnetChange)).toEqual([expect.stringContaining(message)]);
});

test("a difference ends the program before it registers a resource", async () => {
  const calls = {
    "aws:ec2/getVpc:getVpc": () => ({ ...vpc, enableDnsHostnames: false }),
    "aws:ec2/getSubnet:getSubnet": () => ({ ...subnet, vpcId: "vpc-1" }),
  };
  const { network } = specOf({ name: "blue", network: { zones: ["a"], vpc: settings }, protect: false });
  const failed = deploy(() => verifyExistingVpc(network, {}), calls);
  await expect(failed).rejects.toThrow(
    /2 problems in the settings:\n\n {2}cluster\.network\.vpc\.id\n[^]*belongs to vpc-1/,
  );
});

test("a created VPC is not looked up", async () => {
  const { resources } = await deploy(() => verifyExistingVpc(specOf({ name: "blue" }).network, {}));
  expect(resources).toEqual([]);
});

test("the simulated AWS describes VPCs and subnets, and refuses unknown ones", () => {
  const world = new World("eu-central-1");
  world.add({
    urn: "u",
    type: "aws:ec2/vpc:Vpc",
    id: "vpc-1",
    inputs: {},
    outputs: { id: "vpc-1", cidrBlock: "10.0.0.0/16" },
  });
  expect(simulateInvoke("aws:ec2/getVpc:getVpc", { id: "vpc-1" }, world)).toMatchObject({
    cidrBlockAssociations: ranges("10.0.0.0/16"),
  });
  expect(() => simulateInvoke("aws:ec2/getVpc:getVpc", { id: "vpc-2" }, world)).toThrow("no matching EC2 VPC found");
  expect(() => simulateInvoke("aws:ec2/getSubnet:getSubnet", { id: "subnet-2" }, world)).toThrow(
    "no matching EC2 Subnet",
  );
});
