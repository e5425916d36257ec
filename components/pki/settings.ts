import { z } from "zod";
import { mapping, textMap, wholeNumber } from "../settings/fields";
import type { Parsed } from "../settings/fields";
import { rotationStages } from "./rotation.plan";
import { generationRule, pemRule } from "./textRules";

const rotation = (what: string) => ({
  generation: wholeNumber(1, 1000, {
    description: `Generation of ${what}: increase by one to rotate. Steps: docs/pki.md.`,
  }).default(1),
  stage: z
    .enum(rotationStages)
    .default("drop")
    .meta({
      description:
        "Stage of the rotation. `trust`: both generations are trusted, the previous one issues. `issue`: both are trusted, the new one issues. `drop`: only the new one is left. Advance one stage at a time, after every machine has completed the current stage.",
    }),
});

const authority = (what: string) =>
  mapping({
    ...rotation(`the authority of ${what}`),
    own: textMap(generationRule, pemRule, {
      description:
        "Certificates of your own authority by generation, in PEM: the issuing certificate first; for an intermediate, followed by its chain. Put the private key into the secret `authorityKeys`.",
    }),
  })
    .prefault({})
    .meta({ description: `Authority of ${what}.` });

export const pkiSettings = mapping({
  authorityYears: wholeNumber(1, 30, {
    description: "Validity of the certificate authorities that the stack creates.",
    unit: "years",
  }).default(10),
  adminHours: wholeNumber(1, 8760, {
    description: "Validity of the administrator's certificate; `pulumi up` renews it in its last quarter.",
    unit: "hours",
  }).default(168),
  leafHours: wholeNumber(72, 8760, {
    description:
      "Validity of the certificates that machines issue to themselves; machines renew a certificate when a third of its validity is left.",
    unit: "hours",
  }).default(8760),
  authorities: mapping({
    kubernetes: authority("API servers, kubelets and users"),
    etcd: authority("etcd members and clients"),
    frontProxy: authority("the aggregation layer"),
  })
    .prefault({})
    .meta({ description: "Certificate authorities; each one rotates separately." }),
  serviceAccountKey: mapping(rotation("the signing key"))
    .prefault({})
    .meta({ description: "Signing key of ServiceAccount tokens." }),
})
  .prefault({})
  .meta({
    description: "Certificates and certificate authorities.",
    examples: [{ leafHours: 2160, authorities: { kubernetes: { generation: 2, stage: "trust" } } }],
  });

export type PkiSpec = Parsed<typeof pkiSettings>;
export type AuthorityName = keyof PkiSpec["authorities"];
export type AuthoritySpec = PkiSpec["authorities"][AuthorityName];
