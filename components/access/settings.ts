import { z } from "zod";
import { admissionSchema } from "./admission/settings";
import { authenticationSchema, authorizationSchema } from "./authentication/settings";
import { flag, mapping, scalarList, texts, wholeNumber } from "../settings/fields";
import { retentionDays } from "../network/settings";
import { peopleFields } from "./rbac/settings";
import { encryptedResourceRule, keyNameRule } from "./textRules";

/** `access` in the settings. */

const auditRule = mapping({
  level: z
    .enum(["None", "Metadata", "Request", "RequestResponse"])
    .meta({
      description: "How much is recorded of a request: nothing, that it was, its body, and that of the answer.",
    }),
  users: scalarList({ description: "Users that it is about." }).default([]),
  userGroups: scalarList({ description: "Groups that it is about." }).default([]),
  verbs: scalarList({ description: "Verbs that it is about." }).default([]),
  namespaces: scalarList({ description: "Namespaces that it is about." }).default([]),
  resources: z
    .array(
      mapping({
        group: z.string().default("").meta({ description: 'API group; `""` is the core.' }),
        resources: scalarList({
          description: "Plurals, with subresources after a slash; empty: all of the group.",
        }).default([]),
      }),
    )
    .default([])
    .meta({ description: "Resources that it is about." }),
  nonResourceUrls: scalarList({ description: "Paths; `*` at the end takes in what is below." }).default([]),
});

const audit = mapping({
  rules: z
    .array(auditRule)
    .default([])
    .meta({ description: "Looked at before Holdfast's own; the first that matches decides." }),
  log: mapping({
    days: wholeNumber(1, 365, { description: "How long a file is kept.", unit: "days" }).default(30),
    files: wholeNumber(1, 100, { description: "How many full files are kept." }).default(10),
    sizeMiB: wholeNumber(1, 1024, { description: "Size at which a new file begins.", unit: "MiB" }).default(100),
  })
    .prefault({})
    .meta({ description: "Files on each member's disk." }),
  cloudWatch: mapping({
    enabled: flag({ description: "Whether records are copied to CloudWatch Logs." }).default(true),
    retentionDays: z
      .literal(retentionDays)
      .default(365)
      .meta({ description: "How long they are kept there; one of CloudWatch's periods.", unit: "days" }),
  })
    .prefault({})
    .meta({ description: "Copies outside of the machines." }),
})
  .prefault({})
  .meta({ description: "What is recorded of requests." });

const encryption = mapping({
  provider: z
    .enum(["secretbox", "none"])
    .default("secretbox")
    .meta({
      description:
        "`secretbox`: XSalsa20-Poly1305 under keys of the stack's own, which are in SSM. `none`: not at all; keys still read.",
    }),
  keys: texts(keyNameRule, {
    description:
      "Names of secretbox keys; the first encrypts, all decrypt. A new one is put last, then first, then alone.",
  }).default(["1"]),
  resources: texts(encryptedResourceRule, { description: "What is encrypted." }, { least: 1 }).default(["secrets"]),
})
  .prefault({})
  .meta({ description: "Encryption of objects before etcd sees them." });

/** `access` in the settings. */
export const accessSchema = mapping({
  ...peopleFields,
  authentication: authenticationSchema,
  authorization: authorizationSchema,
  admission: admissionSchema,
  audit,
  encryption,
})
  .prefault({})
  .meta({ description: "Who may reach the API, how it is watched, and how what it keeps is encrypted." });
