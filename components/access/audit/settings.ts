import { z } from "zod";
import { retentionDays } from "../../network/settings";
import { flag, mapping, scalarList, text, texts, wholeNumber } from "../../settings/fields";
import type { Parsed } from "../../settings/fields";
import { apiGroupRule, auditPathRule } from "../textRules";

const rule = mapping({
  level: z
    .enum(["None", "Metadata", "Request", "RequestResponse"])
    .meta({
      description:
        "Audit level: no record, metadata only, metadata and request body, or metadata with request and response bodies.",
    }),
  users: scalarList({ description: "Users the rule applies to; empty: all." }).default([]),
  userGroups: scalarList({ description: "Groups the rule applies to; empty: all." }).default([]),
  verbs: scalarList({ description: "Verbs the rule applies to; empty: all." }).default([]),
  namespaces: scalarList({ description: "Namespaces the rule applies to; empty: all." }).default([]),
  resources: z
    .array(
      mapping({
        group: text(apiGroupRule, { description: 'API group; `""` is the core group, `*` all.' }).default(""),
        resources: scalarList({
          description: "Plural names, subresources as `pods/log`; empty: all resources of the group.",
        }).default([]),
      }),
    )
    .default([])
    .meta({ description: "Resources the rule applies to; empty: all." }),
  nonResourceUrls: texts(auditPathRule, {
    description: "Paths the rule applies to; a trailing `*` includes all paths below.",
  }).default([]),
});

/** `access.audit` in the settings. */
export const auditSettings = mapping({
  rules: z
    .array(rule)
    .default([])
    .meta({ description: "Audit policy rules, evaluated before Holdfast's own; the first match applies." }),
  log: mapping({
    days: wholeNumber(1, 365, { description: "Retention of log files.", unit: "days" }).default(30),
    files: wholeNumber(1, 100, { description: "Number of rotated log files to keep." }).default(10),
    sizeMiB: wholeNumber(1, 1024, { description: "Size at which a log file is rotated.", unit: "MiB" }).default(100),
  })
    .prefault({})
    .meta({ description: "Audit log files on the disk of each control-plane machine." }),
  cloudWatch: mapping({
    enabled: flag({ description: "Copy audit records to CloudWatch Logs." }).default(true),
    retentionDays: z
      .literal(retentionDays)
      .default(365)
      .meta({ description: "Retention in CloudWatch Logs; one of the periods that it supports.", unit: "days" }),
  })
    .prefault({})
    .meta({ description: "Copies outside the cluster's machines." }),
})
  .prefault({})
  .meta({ description: "Audit logging." });

export type AuditSpec = Parsed<typeof auditSettings>;
export type AuditRule = AuditSpec["rules"][number];
