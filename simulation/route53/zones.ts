import type { RecordArgs, ZoneArgs } from "@pulumi/aws/route53";

import { checkText } from "../core/checks";
import { letteredId } from "../core/identifiers";
import { resolveReference } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Refuse, Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";

const zoneType = "aws:route53/zone:Zone";
const recordType = "aws:route53/record:Record";
const label = /^(\*|[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)$/i;

/** Name in lower case, without the final dot. */
const normalize = (name: string): string => name.replace(/\.$/, "").toLowerCase();

function checkDomain(refuse: Refuse, name: string, code: string): void {
  const labels = normalize(name).split(".");
  if (name.length <= 255 && labels.every((part) => label.test(part))) return;
  const message = `${name} is not a valid domain name: labels of 1 to 63 letters, digits and hyphens, 255 characters in all`;
  refuse("name", code, message);
}

const zone = resourceType<ZoneArgs>({
  token: zoneType,
  replaceOn: ["name", "delegationSetId"],
  inUseCode: "HostedZoneNotEmpty",
  check(request) {
    const { inputs, world, refuse } = request;
    checkDomain(refuse, toText(inputs.name), "InvalidDomainName");
    checkText(request, "comment", inputs.comment, { maxLength: 256, pattern: /^[\s\S]*$/, code: "InvalidInput" });
    checkTags(request, inputs.tags);
    (inputs.vpcs ?? []).forEach(({ vpcId }, index) => {
      resolveReference(request, `vpcs[${index}].vpcId`, vpcId, "vpc");
      const duplicate = world
        .where(zoneType, "name", inputs.name)
        .find((other) => (other.outputs.vpcs as { vpcId: string }[] | undefined)?.some((vpc) => vpc.vpcId === vpcId));
      if (duplicate) {
        const message = `The VPC ${vpcId} is already associated with hosted zone ${duplicate.id} of the same name`;
        refuse("name", "ConflictingDomainExists", message);
      }
    });
  },
  create: ({ inputs, seed, world }) => {
    const id = letteredId("Z0", seed, 19);
    const nameServers = [1, 2, 3, 4].map((number) => `ns-${number}.awsdns-0${number}.com`);
    return {
      id,
      outputs: {
        arn: `arn:${world.partition}:route53:::hostedzone/${id}`,
        comment: inputs.comment ?? "Managed by Pulumi",
        nameServers,
        primaryNameServer: nameServers[0],
        zoneId: id,
      },
    };
  },
});

/** Refuses an alias whose target is no load balancer of this account. */
function checkAliases({ inputs, world, refuse }: Request<RecordArgs>): void {
  (inputs.aliases ?? []).forEach((alias, index) => {
    const balancer = world.find("aws:lb/loadBalancer:LoadBalancer", "dnsName", alias.name);
    const attempt = `Tried to create an alias that targets ${alias.name}, but the alias target name does not`;
    if (balancer === undefined) {
      refuse(`aliases[${index}].name`, "InvalidChangeBatch", `${attempt} exist`);
    } else if (balancer.outputs.zoneId !== alias.zoneId) {
      const message = `${attempt} lie within the target zone ${alias.zoneId}`;
      refuse(`aliases[${index}].zoneId`, "InvalidChangeBatch", message);
    }
  });
}

const record = resourceType<RecordArgs>({
  token: recordType,
  replaceOn: ["zoneId", "name", "type", "setIdentifier"],
  check(request) {
    const { inputs, world, refuse } = request;
    const owner = resolveReference(request, "zoneId", inputs.zoneId, "hostedZone");
    checkDomain(refuse, inputs.name, "InvalidChangeBatch");
    checkAliases(request);
    if (owner === undefined) return;
    const name = normalize(inputs.name);
    const duplicate = world
      .where(recordType, "fqdn", name)
      .some(({ outputs }) => outputs.zoneId === owner.id && outputs.type === inputs.type);
    if (duplicate) {
      const message = `Tried to create resource record set [name='${name}.', type='${inputs.type}'] but it already exists`;
      refuse("name", "InvalidChangeBatch", message);
    }
    // The name of an existing zone is unknown.
    if (owner.outputs.existing === true) return;
    const zoneName = normalize(toText(owner.outputs.name));
    if (name !== zoneName && !name.endsWith(`.${zoneName}`)) {
      refuse("name", "InvalidChangeBatch", `RRSet with DNS name ${name}. is not permitted in zone ${zoneName}.`);
    }
  },
  create: ({ inputs }) => {
    const fqdn = normalize(inputs.name);
    return { id: `${inputs.zoneId}_${fqdn}_${inputs.type}`, outputs: { fqdn } };
  },
});

export const zoneTypes = [zone, record];
