import type { RecordArgs, ZoneArgs } from "@pulumi/aws/route53";

import { checkText } from "../core/checks";
import { letteredId } from "../core/identifiers";
import { resolveReference } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Refuse, Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import { normalize, recordRules, recordType, zoneRules, zoneType } from "./rules";

const label = /^(\*|[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)$/i;

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
  rules: zoneRules,
  check(request) {
    const { inputs, refuse } = request;
    checkDomain(refuse, toText(inputs.name), "InvalidDomainName");
    checkText(request, "comment", inputs.comment, { maxLength: 256, pattern: /^[\s\S]*$/, code: "InvalidInput" });
    checkTags(request, inputs.tags);
    (inputs.vpcs ?? []).forEach(({ vpcId }, index) => {
      resolveReference(request, `vpcs[${index}].vpcId`, vpcId, "vpc");
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
    if (balancer !== undefined) return;
    const message = `Tried to create an alias that targets ${alias.name}, but the alias target name does not exist`;
    refuse(`aliases[${index}].name`, "InvalidChangeBatch", message);
  });
}

const record = resourceType<RecordArgs>({
  token: recordType,
  replaceOn: ["zoneId", "name", "type", "setIdentifier"],
  rules: recordRules,
  check(request) {
    const { inputs, refuse } = request;
    resolveReference(request, "zoneId", inputs.zoneId, "hostedZone");
    checkDomain(refuse, inputs.name, "InvalidChangeBatch");
    checkAliases(request);
  },
  create: ({ inputs }) => {
    const fqdn = normalize(inputs.name);
    return { id: `${inputs.zoneId}_${fqdn}_${inputs.type}`, outputs: { fqdn } };
  },
});

export const zoneTypes = [zone, record];
