import { isIPv4 } from "node:net";

import type { RecordArgs, ZoneArgs } from "@pulumi/aws/route53";

import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { toText } from "../core/text";

export const zoneType = "aws:route53/zone:Zone";
export const recordType = "aws:route53/record:Record";

const changeRecords = `${guides.route53Api}/API_ResourceRecordSet.html`;
const aliasTarget = `${guides.route53Api}/API_AliasTarget.html`;
const recordTypes = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html";
const privateZones =
  "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html";

/** Name in lower case, without the final dot. */
export const normalize = (name: string): string => name.replace(/\.$/, "").toLowerCase();

export const zoneRules: readonly Rule<ZoneArgs>[] = [
  {
    id: "private-zone-name-once",
    sentence: "A VPC has one private hosted zone of each name.",
    source: privateZones,
    code: "ConflictingDomainExists",
    check({ inputs, world }, violated) {
      const others = world.where(zoneType, "name", inputs.name);
      for (const { vpcId } of inputs.vpcs ?? []) {
        const other = others.find(({ outputs }) =>
          (outputs.vpcs as { vpcId: string }[] | undefined)?.some((vpc) => vpc.vpcId === vpcId),
        );
        if (other === undefined) continue;
        violated("name", `The VPC ${vpcId} is already associated with hosted zone ${other.id} of the same name`);
      }
    },
  },
  {
    id: "private-zone-needs-vpc-dns",
    sentence:
      "The VPC of a private hosted zone has `enableDnsHostnames` and `enableDnsSupport`: its resolver answers no query otherwise.",
    source: privateZones,
    code: undefined,
    check({ inputs, world }, violated) {
      (inputs.vpcs ?? []).forEach(({ vpcId }, index) => {
        const vpc = world.find("aws:ec2/vpc:Vpc", "id", vpcId);
        // The settings do not describe the attributes of an existing VPC.
        if (vpc === undefined || vpc.outputs.existing === true) return;
        if (vpc.outputs.enableDnsHostnames === true && vpc.outputs.enableDnsSupport === true) return;
        violated(`vpcs[${index}].vpcId`, `${vpcId} lacks enableDnsHostnames or enableDnsSupport`);
      });
    },
  },
];

export const recordRules: readonly Rule<RecordArgs>[] = [
  {
    id: "record-once",
    sentence: "A hosted zone has one record of each name and type.",
    source: changeRecords,
    code: "InvalidChangeBatch",
    check({ inputs, world }, violated) {
      const name = normalize(inputs.name);
      const exists = world
        .where(recordType, "fqdn", name)
        .some(({ outputs }) => outputs.zoneId === inputs.zoneId && outputs.type === inputs.type);
      if (!exists) return;
      const message = `Tried to create resource record set [name='${name}.', type='${inputs.type}'] but it already exists`;
      violated("name", message);
    },
  },
  {
    id: "record-in-zone",
    sentence: "The name of a record ends with that of its hosted zone.",
    source: `${guides.route53Api}/API_ChangeResourceRecordSets.html`,
    code: "InvalidChangeBatch",
    check({ inputs, world }, violated) {
      const zone = world.find(zoneType, "id", inputs.zoneId);
      // The name of an existing zone is unknown.
      if (zone === undefined || zone.outputs.existing === true) return;
      const [name, zoneName] = [normalize(inputs.name), normalize(toText(zone.outputs.name))];
      if (name === zoneName || name.endsWith(`.${zoneName}`)) return;
      violated("name", `RRSet with DNS name ${name}. is not permitted in zone ${zoneName}.`);
    },
  },
  {
    id: "alias-target-zone",
    sentence: "The zone id of an alias is that of its load balancer.",
    source: aliasTarget,
    code: "InvalidChangeBatch",
    check({ inputs, world }, violated) {
      (inputs.aliases ?? []).forEach(({ name, zoneId }, index) => {
        const balancer = world.find("aws:lb/loadBalancer:LoadBalancer", "dnsName", name);
        if (balancer === undefined || balancer.outputs.zoneId === zoneId) return;
        const message = `Tried to create an alias that targets ${name}, but the alias target name does not lie within the target zone ${zoneId}`;
        violated(`aliases[${index}].zoneId`, message);
      });
    },
  },
  {
    id: "alias-without-records",
    sentence: "An alias record has neither TTL nor values.",
    source: changeRecords,
    code: "InvalidInput",
    check({ inputs }, violated) {
      if (inputs.aliases === undefined) return;
      for (const property of ["ttl", "records"] as const) {
        if (inputs[property] === undefined) continue;
        violated(property, `Invalid request: an alias record must not have ${property}`);
      }
    },
  },
  {
    id: "record-needs-ttl",
    sentence: "A record that is no alias has values and a TTL.",
    source: changeRecords,
    code: "InvalidInput",
    check({ inputs }, violated) {
      if (inputs.aliases !== undefined) return;
      for (const property of ["ttl", "records"] as const) {
        if (inputs[property] === undefined) violated(property, `Invalid request: a record requires ${property}`);
      }
    },
  },
  {
    id: "record-a-addresses",
    sentence: "The values of an A record are IPv4 addresses.",
    source: recordTypes,
    code: "InvalidChangeBatch",
    check({ inputs }, violated) {
      if (inputs.type !== "A") return;
      (inputs.records ?? []).forEach((value, index) => {
        if (isIPv4(value)) return;
        violated(`records[${index}]`, `Invalid Resource Record: ${value} is not a valid IPv4 address`);
      });
    },
  },
];
