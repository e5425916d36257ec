import { z } from "zod";
import { rotationStages } from "./rotation.plan";
import { mapping, textMap, wholeNumber } from "../settings/fields";
import { generationRule, pemRule } from "./textRules";

/** Certificates: how long they live, whose authorities issue them, and how those are replaced. */

const rotation = (what: string) => ({
  generation: wholeNumber(1, 1000, {
    description: `Generation of ${what}: one more for each successor. docs/pki.md tells how to rotate.`,
  }).default(1),
  stage: z
    .enum(rotationStages)
    .default("drop")
    .meta({
      description:
        "How far its rotation is: its generation is trusted besides the one before (`trust`), issues instead of it (`issue`), or is alone (`drop`). One step at a time, when every machine is through with the last.",
    }),
});

const authority = (what: string) =>
  mapping({
    ...rotation(what),
    own: textMap(generationRule, pemRule, {
      description:
        "Certificates of your own authority by generation, in PEM: the one that issues first, an intermediate's chain after it. The key goes to the secret `authorityKeys`.",
    }),
  })
    .prefault({})
    .meta({ description: `${what[0]?.toUpperCase() ?? ""}${what.slice(1)}.` });

/** `pki` in the settings. */
export const pkiSchema = mapping({
  authorityYears: wholeNumber(1, 30, {
    description: "Life of the certificate authorities that the stack makes.",
    unit: "years",
  }).default(10),
  adminHours: wholeNumber(1, 8760, {
    description: "Life of the administrator's certificate; `pulumi up` renews it in its last quarter.",
    unit: "hours",
  }).default(168),
  leafHours: wholeNumber(72, 8760, {
    description: "Life of the certificates that machines issue to themselves; they renew them when a third is left.",
    unit: "hours",
  }).default(8760),
  authorities: mapping({
    kubernetes: authority("the authority of API servers, kubelets and users"),
    etcd: authority("the authority of etcd's members and their clients"),
    frontProxy: authority("the authority of the aggregation layer"),
  })
    .prefault({})
    .meta({ description: "Certificate authorities, each by itself." }),
  serviceAccountKey: mapping(rotation("the key"))
    .prefault({})
    .meta({ description: "The key that signs tokens of service accounts." }),
})
  .prefault({})
  .meta({ description: "Certificates and authorities." });
