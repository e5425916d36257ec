import { z } from "zod";
import { flag, mapping, ruled, text, texts, wholeNumber } from "../../settings/fields";
import type { FieldMeta, Parsed } from "../../settings/fields";
import type { TextRule } from "../../settings/textRules";
import { nameRule } from "../../tenancy/textRules";
import { apiGroupRule, identityRule, pathRule, resourceRule, verbRule } from "./textRules";

const list = (rule: TextRule, description: string) => texts(rule, { description }).default([]);
const shortText = (description: string) => z.string().max(200).default("").meta({ description });

const grants = z
  .array(
    mapping({
      role: text(nameRule, { description: "`view`, `edit`, `admin`, or a key of `access.roles`." }),
      tenants: list(nameRule, "Tenants in whose namespaces the role applies, including all tenants below them."),
      namespaces: list(nameRule, "Namespaces outside of tenants in which the role applies."),
      cluster: flag({ description: "Grant the role in the whole cluster (ClusterRoleBinding)." }).default(false),
    }),
  )
  .default([])
  .meta({ description: "Role bindings." });

const rule = mapping({
  apiGroups: texts(apiGroupRule, { description: 'API groups; `""` is the core group.' }).default([""]),
  resources: list(resourceRule, "Resources, such as `deployments` or `pods/log`."),
  resourceNames: list((name) => (name === "" ? "write a name" : undefined), "Object names; empty: all."),
  paths: list(pathRule, "Non-resource paths instead of resources; the role can then only be granted cluster-wide."),
  verbs: texts(verbRule, { description: "Allowed verbs: `get`, `list`, `watch`, `create` …" }).min(1),
});

const role = mapping({
  description: shortText("Purpose of the role."),
  rules: z.array(rule).min(1).meta({ description: "Rules of the ClusterRole." }),
});

const group = mapping({
  name: text(identityRule, {
    description: "Group name in the API, including the issuer's prefix.",
    defaultIs: "key of the group",
  }).optional(),
  description: shortText("Members or purpose of the group."),
  grants,
});

const user = mapping({
  username: text(identityRule, {
    description: "Username in the API, including the issuer's prefix.",
    defaultIs: "key of the user",
  }).optional(),
  groups: list(nameRule, "Groups in the user's client certificates; tokens of an issuer carry their own groups."),
  grants,
});

/** Entries by name, where the name is the default of one of their fields. */
function keyedBy<Field extends string, Entry extends { readonly [key in Field]?: string | undefined }>(
  field: Field,
  entry: z.ZodType<Entry>,
  meta: FieldMeta & { readonly entry: string },
) {
  return z
    .record(ruled(nameRule), entry)
    .default({})
    .overwrite((entries) =>
      Object.fromEntries(
        Object.entries(entries).map(([key, value]) => [key, { ...value, [field]: value[field] ?? key }]),
      ),
    )
    .meta({ ...meta }) as unknown as z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodType<Entry & Record<Field, string>>>>;
}

/** RBAC fields of `access` in the settings. */
export const rbacFields = {
  roles: z
    .record(ruled(nameRule), role)
    .default({})
    .meta({ description: "Roles in addition to `view`, `edit` and `admin`.", entry: "role" }),
  groups: keyedBy("name", group, { description: "Groups and their roles.", entry: "group" }),
  users: keyedBy("username", user, { description: "Users, their groups and roles.", entry: "user" }),
  breakGlass: mapping({
    group: text(identityRule, { description: "Only group that is bound to cluster-admin." }).default("break-glass"),
    users: list(nameRule, "Users who may get a certificate in the break-glass group."),
    hours: wholeNumber(1, 12, { description: "Maximum lifetime of a break-glass certificate.", unit: "hours" }).default(
      1,
    ),
  })
    .prefault({})
    .meta({ description: "Emergency access as cluster-admin (break-glass)." }),
  // At most a week, which limits the damage of a lost laptop.
  certificateHours: wholeNumber(1, 168, {
    description: "Maximum lifetime of users' client certificates; `npx holdfast user cert` renews them.",
    unit: "hours",
  }).default(12),
};

export type RbacSpec = { readonly [Key in keyof typeof rbacFields]: Parsed<(typeof rbacFields)[Key]> };
export type RoleRule = Parsed<typeof rule>;
export type Grant = Parsed<typeof grants>[number];
