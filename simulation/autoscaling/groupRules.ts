import type { GroupArgs } from "@pulumi/aws/autoscaling";

import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { maintenanceRules } from "./maintenanceRules";

const code = "ValidationError";
const preferences = "instanceRefresh.preferences";
const refreshPreferences = `${guides.autoScalingApi}/API_RefreshPreferences.html`;
const createGroup = `${guides.autoScalingApi}/API_CreateAutoScalingGroup.html`;

/** Sizes, launch template, instance refresh and warm pool of a group. */
export const groupRules: readonly Rule<GroupArgs>[] = [
  {
    id: "group-min-not-negative",
    sentence: "`minSize` is not negative.",
    source: createGroup,
    code,
    check({ inputs: { minSize } }, violated) {
      if (minSize < 0) violated("minSize", `Min bound, ${minSize}, must not be negative`);
    },
  },
  {
    id: "group-max-at-least-min",
    sentence: "`maxSize` is at least `minSize`.",
    source: createGroup,
    code,
    check({ inputs: { minSize, maxSize } }, violated) {
      if (minSize <= maxSize) return;
      violated("maxSize", `Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`);
    },
  },
  {
    id: "group-desired-in-bounds",
    sentence: "A new `desiredCapacity` is between `minSize` and `maxSize`.",
    source: createGroup,
    code,
    check({ inputs: { minSize, maxSize, desiredCapacity }, formerInputs }, violated) {
      if (desiredCapacity === undefined || minSize > maxSize) return;
      // The provider does not send it, and Auto Scaling moves its own into the new bounds.
      if (desiredCapacity === formerInputs?.desiredCapacity) return;
      if (desiredCapacity >= minSize && desiredCapacity <= maxSize) return;
      const message = `Desired capacity:${desiredCapacity} must be between the specified min size:${minSize} and max size:${maxSize}`;
      violated("desiredCapacity", message);
    },
  },
  {
    id: "group-one-launch-specification",
    sentence: "A group has a launch template or a mixed instances policy, not both.",
    source: createGroup,
    code,
    check({ inputs: { launchTemplate, mixedInstancesPolicy } }, violated) {
      if ((launchTemplate === undefined) !== (mixedInstancesPolicy === undefined)) return;
      const message =
        "Valid requests must contain either launchTemplate or mixedInstancesPolicy parameter, and one only.";
      violated("launchTemplate", message);
    },
  },
  {
    id: "group-max-instance-lifetime",
    sentence: "`maxInstanceLifetime` is 0 (no limit) or at least 86,400 seconds.",
    source: createGroup,
    code,
    check({ inputs: { maxInstanceLifetime: lifetime } }, violated) {
      if (lifetime === undefined || lifetime === 0 || lifetime >= 86_400) return;
      violated("maxInstanceLifetime", `${lifetime} is less than 86400 seconds, the minimum`);
    },
  },
  ...maintenanceRules,
  {
    id: "refresh-min-healthy-range",
    sentence: "`minHealthyPercentage` of an instance refresh is 0 to 100.",
    source: refreshPreferences,
    code,
    check({ inputs }, violated) {
      const min = inputs.instanceRefresh?.preferences?.minHealthyPercentage;
      if (min === undefined || (min >= 0 && min <= 100)) return;
      violated(`${preferences}.minHealthyPercentage`, `Value ${min} must be a whole number from 0 to 100`);
    },
  },
  {
    id: "refresh-max-healthy-range",
    sentence: "`maxHealthyPercentage` of an instance refresh is 100 to 200.",
    source: refreshPreferences,
    code,
    check({ inputs }, violated) {
      const max = inputs.instanceRefresh?.preferences?.maxHealthyPercentage;
      if (max === undefined || (max >= 100 && max <= 200)) return;
      violated(`${preferences}.maxHealthyPercentage`, `Value ${max} must be a whole number from 100 to 200`);
    },
  },
  {
    id: "refresh-healthy-difference",
    sentence: "`maxHealthyPercentage` exceeds `minHealthyPercentage` by at most 100.",
    source: refreshPreferences,
    code,
    check({ inputs }, violated) {
      const { minHealthyPercentage: min, maxHealthyPercentage: max } = inputs.instanceRefresh?.preferences ?? {};
      if (min === undefined || max === undefined || max - min <= 100) return;
      const message = "The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100";
      violated(`${preferences}.maxHealthyPercentage`, message);
    },
  },
  {
    id: "refresh-max-healthy-needs-min",
    sentence: "`maxHealthyPercentage` requires `minHealthyPercentage`.",
    source: refreshPreferences,
    code,
    check({ inputs }, violated) {
      const { minHealthyPercentage: min, maxHealthyPercentage: max } = inputs.instanceRefresh?.preferences ?? {};
      if (max === undefined || min !== undefined) return;
      violated(`${preferences}.minHealthyPercentage`, "MinHealthyPercentage is required with MaxHealthyPercentage");
    },
  },
  {
    id: "refresh-checkpoint-delay",
    sentence: "`checkpointDelay` requires `checkpointPercentages`.",
    source: refreshPreferences,
    code,
    check({ inputs }, violated) {
      const { checkpointDelay, checkpointPercentages } = inputs.instanceRefresh?.preferences ?? {};
      if (checkpointDelay === undefined || checkpointPercentages !== undefined) return;
      violated(`${preferences}.checkpointDelay`, "CheckpointPercentages is required with CheckpointDelay");
    },
  },
  {
    id: "refresh-rollback-version",
    sentence: "`autoRollback` requires a numbered version of the launch template, not `$Latest` or `$Default`.",
    source: refreshPreferences,
    code,
    check({ inputs }, violated) {
      if (inputs.instanceRefresh?.preferences?.autoRollback !== true) return;
      const { launchTemplate, mixedInstancesPolicy } = inputs;
      const specification = mixedInstancesPolicy?.launchTemplate.launchTemplateSpecification ?? launchTemplate;
      const version = specification?.version ?? "$Default";
      if (/^\d+$/.test(version)) return;
      const message = `AutoRollback cannot be used with version ${version} of the launch template; name a number`;
      violated(`${preferences}.autoRollback`, message);
    },
  },
  {
    id: "warm-pool-without-mixed-instances",
    sentence:
      "A group with a warm pool has no mixed instances policy. The reference of the China regions says so; the current one of the other regions no longer does.",
    source: "https://docs.amazonaws.cn/cli/latest/reference/autoscaling/put-warm-pool.html",
    code,
    check({ inputs: { warmPool, mixedInstancesPolicy } }, violated) {
      if (warmPool === undefined || mixedInstancesPolicy === undefined) return;
      const message = "You can't add a warm pool to an Auto Scaling group that has a mixed instances policy.";
      violated("warmPool", message);
    },
  },
  {
    id: "warm-pool-within-prepared-capacity",
    sentence: "`minSize` of a warm pool is at most its `maxGroupPreparedCapacity`, unless that is -1 (no limit).",
    source: `${guides.autoScalingApi}/API_PutWarmPool.html`,
    code,
    check({ inputs: { warmPool } }, violated) {
      const { minSize = 0, maxGroupPreparedCapacity: max = -1 } = warmPool ?? {};
      if (max === -1 || minSize <= max) return;
      violated("warmPool.minSize", `MinSize ${minSize} must not be greater than MaxGroupPreparedCapacity ${max}`);
    },
  },
];
