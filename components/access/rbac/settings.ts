import { z } from "zod";
import { flag, mapping, ruled, text, texts, wholeNumber } from "../../settings/fields";
import { apiGroupRule, identityRule, nameRule, pathRule, resourceRule, verbRule } from "../../tenancy/textRules";

/** People, groups and roles: fields of `access` in the settings. */

const grants = z
  .array(
    mapping({
      role: text(nameRule, { description: "`view`, `edit`, `admin`, or a role of `access.roles`." }),
      tenants: texts(nameRule, { description: "In the namespaces of these tenants and of all below them." }).default(
        [],
      ),
      namespaces: texts(nameRule, { description: "In these namespaces that belong to no tenant." }).default([]),
      cluster: flag({ description: "In the whole cluster." }).default(false),
    }),
  )
  .default([])
  .meta({ description: "Roles, and where they hold." });

const rule = mapping({
  apiGroups: texts(apiGroupRule, { description: 'API groups; `""` is that of Pods, Services and the like.' }).default([
    "",
  ]),
  resources: texts(resourceRule, { description: "Resources, such as `deployments` or `pods/log`." }).default([]),
  resourceNames: texts((name) => (name === "" ? "write a name" : undefined), {
    description: "Names; empty: all.",
  }).default([]),
  paths: texts(pathRule, { description: "Paths in place of resources, for roles in the whole cluster." }).default([]),
  verbs: texts(verbRule, { description: "What is allowed: `get`, `list`, `watch`, `create` …" }).min(1),
});

/** A week: what is lost with a machine should not be worth more. */
const mostCertificateHours = 168;

export const peopleFields = {
  roles: z
    .record(
      ruled(nameRule),
      mapping({
        description: z.string().max(200).default("").meta({ description: "What the role is for." }),
        rules: z.array(rule).min(1).meta({ description: "What it allows." }),
      }),
    )
    .default({})
    .meta({ description: "Roles beside `view`, `edit` and `admin`.", entry: "role" }),
  groups: z
    .record(
      ruled(nameRule),
      mapping({
        name: text(identityRule, {
          description: "Name that authentication hands over, with an issuer's prefix.",
          defaultIs: "its key",
        }).optional(),
        description: z.string().max(200).default("").meta({ description: "Who is in it." }),
        grants,
      }),
    )
    .default({})
    .meta({ description: "Groups and their roles.", entry: "group" }),
  people: z
    .record(
      ruled(nameRule),
      mapping({
        username: text(identityRule, {
          description: "Name that authentication hands over, with an issuer's prefix.",
          defaultIs: "its key",
        }).optional(),
        groups: texts(nameRule, {
          description: "Groups in the person's certificates; an issuer names its own.",
        }).default([]),
        grants,
      }),
    )
    .default({})
    .meta({ description: "People: who may be given certificates, and roles of their own.", entry: "person" }),
  breakGlass: mapping({
    group: text(identityRule, { description: "The only group that is cluster-admin." }).default("break-glass"),
    people: texts(nameRule, { description: "Who may be given a certificate in it." }).default([]),
    hours: wholeNumber(1, 12, { description: "Life of such a certificate at most.", unit: "hours" }).default(1),
  })
    .prefault({})
    .meta({ description: "Emergencies." }),
  certificateHours: wholeNumber(1, mostCertificateHours, {
    description: "Life of people's certificates at most; `npm run user -- cert` renews them.",
    unit: "hours",
  }).default(12),
};
