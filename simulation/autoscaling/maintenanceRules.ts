import type { GroupArgs } from "@pulumi/aws/autoscaling";

import { guides } from "../core/rule";
import type { Rule } from "../core/rule";

const code = "ValidationError";
const policy = "instanceMaintenancePolicy";
const source = `${guides.autoScalingApi}/API_InstanceMaintenancePolicy.html`;

/** Value that removes a percentage. */
const cleared = -1;

/** Instance maintenance policy of a group: its capacity while instances are replaced by age or health. */
export const maintenanceRules: readonly Rule<GroupArgs>[] = [
  {
    id: "maintenance-min-healthy-range",
    sentence: "`minHealthyPercentage` of an instance maintenance policy is 0 to 100, or -1.",
    source,
    code,
    check({ inputs }, violated) {
      const min = inputs.instanceMaintenancePolicy?.minHealthyPercentage ?? cleared;
      if (min === cleared || (min >= 0 && min <= 100)) return;
      violated(`${policy}.minHealthyPercentage`, `Value ${min} must be a whole number from 0 to 100, or -1`);
    },
  },
  {
    id: "maintenance-max-healthy-range",
    sentence: "`maxHealthyPercentage` of an instance maintenance policy is 100 to 200, or -1.",
    source,
    code,
    check({ inputs }, violated) {
      const max = inputs.instanceMaintenancePolicy?.maxHealthyPercentage ?? cleared;
      if (max === cleared || (max >= 100 && max <= 200)) return;
      violated(`${policy}.maxHealthyPercentage`, `Value ${max} must be a whole number from 100 to 200, or -1`);
    },
  },
  {
    id: "maintenance-both-percentages",
    sentence: "An instance maintenance policy has both percentages, or -1 for both.",
    source,
    code,
    check({ inputs }, violated) {
      const { minHealthyPercentage: min = cleared, maxHealthyPercentage: max = cleared } =
        inputs.instanceMaintenancePolicy ?? {};
      if ((min === cleared) === (max === cleared)) return;
      violated(policy, "MinHealthyPercentage and MaxHealthyPercentage must be specified together");
    },
  },
  {
    id: "maintenance-healthy-difference",
    sentence:
      "`maxHealthyPercentage` of an instance maintenance policy exceeds its `minHealthyPercentage` by at most 100.",
    source,
    code,
    check({ inputs }, violated) {
      const { minHealthyPercentage: min = cleared, maxHealthyPercentage: max = cleared } =
        inputs.instanceMaintenancePolicy ?? {};
      if (min === cleared || max - min <= 100) return;
      const message = "The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100";
      violated(`${policy}.maxHealthyPercentage`, message);
    },
  },
];
