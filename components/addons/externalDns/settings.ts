import { z } from "zod";

import type { Parsed } from "../../settings/fields";
import { flag, texts } from "../../settings/fields";
import { dnsNameRule, hostedZoneRule } from "../../settings/textRules";
import { section } from "../shared/settings";

export const externalDnsSettings = section("ExternalDNS: Route 53 records for Services and Ingresses.", {
  enabled: flag({ description: "ExternalDNS: writes records of Services and Ingresses to Route 53." }).default(false),
  hostedZoneIds: texts(hostedZoneRule, {
    description: "Route 53 hosted zones that ExternalDNS may change; required with `enabled: true`.",
  }).default([]),
  domains: texts(dnsNameRule, {
    description: "Domains that records may be in; empty: any domain of the hosted zones.",
  }).default([]),
  policy: z
    .enum(["upsert-only", "sync"])
    .default("upsert-only")
    .meta({
      description: "`upsert-only`: creates and updates records. `sync`: also deletes its own unneeded records.",
    }),
}).refine(({ enabled, hostedZoneIds }) => !enabled || hostedZoneIds.length > 0, {
  path: ["hostedZoneIds"],
  error: "required with enabled: true; write the ids of the hosted zones that ExternalDNS may change",
});

export type ExternalDnsSpec = Parsed<typeof externalDnsSettings>;
