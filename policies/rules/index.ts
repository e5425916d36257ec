import type { Rule } from "../model/rule";
import { availabilityRules } from "./availability";
import { backupRules } from "./backup";
import { computeRules } from "./compute";
import { containerRules } from "./containers";
import { costRules } from "./cost";
import { encryptionRules } from "./encryption";
import { iamRules } from "./iam";
import { networkRules } from "./network";
import { pkiRules } from "./pki";
import { storageRules } from "./storage";
import { tenancyRules } from "./tenancy";
import { workloadRules } from "./workloads";

/** Section of the policy reference. */
export interface Area {
  readonly title: string;
  readonly rules: readonly Rule[];
}

export const areas: readonly Area[] = [
  { title: "Network", rules: networkRules },
  { title: "Instances and versions", rules: computeRules },
  { title: "Encryption", rules: encryptionRules },
  { title: "Storage", rules: storageRules },
  { title: "IAM permissions", rules: iamRules },
  { title: "Availability", rules: availabilityRules },
  { title: "Backups, logs and alarms", rules: backupRules },
  { title: "Keys and certificates", rules: pkiRules },
  { title: "Containers", rules: containerRules },
  { title: "Workloads", rules: workloadRules },
  { title: "Tenancy and access", rules: tenancyRules },
  { title: "Cost and ownership", rules: costRules },
];

/** All rules of the pack; names are unique. */
export const rules: readonly Rule[] = areas.flatMap((area) => area.rules);
