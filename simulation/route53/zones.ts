import { isIPv4, isIPv6 } from "node:net";

import type { RecordArgs, ZoneArgs, ZoneAssociationArgs } from "@pulumi/aws/route53";

import { letteredId } from "../core/identifiers";
import { checkOneOf, checkText } from "../core/checks";
import { refer } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import type { World } from "../core/world";
import { show } from "../core/text";

const zoneType = "aws:route53/zone:Zone";
const label = /^(\*|[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)$/i;

const bare = (name: string): string => name.replace(/\.$/, "").toLowerCase();

function checkDomain({ refuse }: Pick<Request<unknown>, "refuse">, name: string, code: string): void {
  if (
    name.length > 255 ||
    !bare(name)
      .split(".")
      .every((part) => label.test(part))
  ) {
    refuse(
      "name",
      code,
      `${name} is not a valid domain name: labels of 1 to 63 letters, digits and hyphens, 255 characters in all`,
    );
  }
}

const zone = resourceType<ZoneArgs>({
  token: zoneType,
  replaceOn: ["name", "delegationSetId"],
  guardedBy: "HostedZoneNotEmpty",
  check(request) {
    const { inputs, world, refuse } = request;
    checkDomain(request, show(inputs.name), "InvalidDomainName");
    checkText(request, "comment", inputs.comment, { longest: 256, pattern: /^[\s\S]*$/, code: "InvalidInput" });
    checkTags(request, inputs.tags);
    (inputs.vpcs ?? []).forEach(({ vpcId }, index) => {
      const path = `vpcs[${show(index)}].vpcId`;
      const vpc = refer(request, path, vpcId, "vpc");
      if (vpc && (vpc.outputs.enableDnsSupport === false || vpc.outputs.enableDnsHostnames === false)) {
        refuse(path, "InvalidVPCId", `Private DNS in ${vpcId} needs enableDnsSupport and enableDnsHostnames`);
      }
      const twin = world
        .where(zoneType, "name", inputs.name)
        .find((other) =>
          (other.outputs.vpcs as { vpcId: string }[] | undefined)?.some((there) => there.vpcId === vpcId),
        );
      if (twin) {
        refuse(
          "name",
          "ConflictingDomainExists",
          `The VPC ${vpcId} is already associated with hosted zone ${twin.id} of the same name`,
        );
      }
    });
  },
  create: ({ inputs, seed, world }) => {
    const id = letteredId("Z0", seed, 19);
    const servers = [1, 2, 3, 4].map((number) => `ns-${show(number)}.awsdns-0${show(number)}.com`);
    return {
      id,
      outputs: {
        arn: `arn:${world.partition}:route53:::hostedzone/${id}`,
        comment: inputs.comment ?? "Managed by Pulumi",
        nameServers: servers,
        primaryNameServer: servers[0],
        zoneId: id,
      },
    };
  },
});

/** Address that an alias points to: a load balancer of this account, under the zone that it says is its own. */
function checkAlias(request: Request<RecordArgs>): void {
  const { inputs, world, refuse } = request;
  (inputs.aliases ?? []).forEach((alias, index) => {
    const path = `aliases[${show(index)}]`;
    const balancer = world.find("aws:lb/loadBalancer:LoadBalancer", "dnsName", alias.name);
    if (balancer === undefined) {
      refuse(
        `${path}.name`,
        "InvalidChangeBatch",
        `Tried to create an alias that targets ${alias.name}, but the alias target name does not exist`,
      );
    } else if (balancer.outputs.zoneId !== alias.zoneId) {
      refuse(
        `${path}.zoneId`,
        "InvalidChangeBatch",
        `Tried to create an alias that targets ${alias.name}, but the alias target name does not lie within the target zone ${alias.zoneId}`,
      );
    }
  });
  if (!["A", "AAAA"].includes(inputs.type)) {
    refuse("type", "InvalidChangeBatch", `An alias to a load balancer is of type A or AAAA, not ${inputs.type}`);
  }
}

function checkValues({ inputs, refuse }: Request<RecordArgs>): void {
  const values = inputs.records ?? [];
  if (values.length === 0)
    refuse("records", "InvalidInput", "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords]]");
  if (inputs.ttl === undefined) refuse("ttl", "InvalidInput", "Missing field 'TTL'");
  values.forEach((value, index) => {
    const right = { A: isIPv4, AAAA: isIPv6 }[inputs.type];
    if (right?.(value) === false) {
      refuse(
        `records[${show(index)}]`,
        "InvalidChangeBatch",
        `Invalid Resource Record: ${value} is not a valid value of type ${inputs.type}`,
      );
    }
  });
}

/** Full name of a record: what is given is put before the zone's name unless it ends with it. */
function fullName(name: string, zoneName: string): string {
  const given = bare(name);
  if (given === "" || zoneName === "" || given === zoneName || given.endsWith(`.${zoneName}`)) return given || zoneName;
  return `${given}.${zoneName}`;
}

const zoneNameOf = (world: World, id: string): string => bare(show(world.find(zoneType, "id", id)?.outputs.name ?? ""));

const record = resourceType<RecordArgs>({
  token: "aws:route53/record:Record",
  replaceOn: ["zoneId", "name", "type", "setIdentifier"],
  check(request) {
    const { inputs, world, refuse } = request;
    const owner = refer(request, "zoneId", inputs.zoneId, "hostedZone");
    checkDomain(request, inputs.name, "InvalidChangeBatch");
    checkOneOf(
      request,
      "type",
      inputs.type,
      ["A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SVCB", "TXT"],
      "InvalidInput",
    );
    if (inputs.aliases === undefined) checkValues(request);
    else if (inputs.records !== undefined || inputs.ttl !== undefined) {
      refuse(
        "records",
        "InvalidInput",
        "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords]], but found more than one",
      );
    } else checkAlias(request);
    if (owner === undefined || owner.outputs.existing === true) return;
    const zoneName = bare(show(owner.outputs.name));
    // A name with several labels is meant in full; the provider would put it before the zone's and nobody would find it.
    const name = bare(inputs.name);
    if (name.includes(".") && name !== zoneName && !name.endsWith(`.${zoneName}`)) {
      refuse("name", "InvalidChangeBatch", `RRSet with DNS name ${name}. is not permitted in zone ${zoneName}.`);
    }
    if (inputs.type === "CNAME" && fullName(name, zoneName) === zoneName) {
      refuse(
        "type",
        "InvalidChangeBatch",
        `RRSet of type CNAME with DNS name ${zoneName}. is not permitted at apex in zone ${zoneName}.`,
      );
    }
    const twin = world
      .where("aws:route53/record:Record", "fqdn", fullName(inputs.name, zoneName))
      .find(
        (other) =>
          other.outputs.zoneId === owner.id &&
          (other.outputs.type === inputs.type || other.outputs.type === "CNAME" || inputs.type === "CNAME") &&
          other.outputs.setIdentifier === inputs.setIdentifier,
      );
    if (twin) {
      refuse(
        "name",
        "InvalidChangeBatch",
        `Tried to create resource record set [name='${name}.', type='${inputs.type}'] but it already exists`,
      );
    }
  },
  create: ({ inputs, world }) => {
    const fqdn = fullName(inputs.name, zoneNameOf(world, inputs.zoneId));
    return { id: `${inputs.zoneId}_${fqdn}_${inputs.type}`, outputs: { fqdn } };
  },
});

const zoneAssociation = resourceType<ZoneAssociationArgs>({
  token: "aws:route53/zoneAssociation:ZoneAssociation",
  replaceOn: ["vpcId", "vpcRegion", "zoneId"],
  check(request) {
    refer(request, "zoneId", request.inputs.zoneId, "hostedZone");
    refer(request, "vpcId", request.inputs.vpcId, "vpc");
  },
  create: ({ inputs, world }) => ({
    id: `${inputs.zoneId}:${inputs.vpcId}`,
    outputs: { owningAccount: world.account },
  }),
});

/** Names. */
export const route53Types = [zone, record, zoneAssociation];
