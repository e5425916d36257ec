/** CloudFormation has one type for a bucket and its settings. */

import type { Inputs, Planned } from "../calls";
import { without } from "../calls/call";

type Setting = (inputs: Inputs) => Inputs;

const rulesOf = (inputs: Inputs): readonly Inputs[] => (inputs.rules ?? []) as readonly Inputs[];

const settings: Readonly<Record<string, Setting>> = {
  bucketLifecycleConfiguration: ({ rules, ...rest }) => ({
    lifecycleConfiguration: {
      ...rest,
      rules: rulesOf({ rules }).map(({ expiration, filter, noncurrentVersionExpiration, ...rule }) => {
        const { days, ...expires } = (expiration ?? {}) as Inputs;
        const { noncurrentDays, ...noncurrent } = (noncurrentVersionExpiration ?? {}) as Inputs;
        return {
          ...rule,
          ...(filter as Inputs),
          ...expires,
          expirationInDays: days,
          ...(noncurrentVersionExpiration !== undefined && {
            noncurrentVersionExpiration: { ...noncurrent, noncurrentDays },
          }),
        };
      }),
    },
  }),
  bucketLogging: ({ targetBucket, targetPrefix, ...rest }) => ({
    loggingConfiguration: { ...rest, destinationBucketName: targetBucket, logFilePrefix: targetPrefix },
  }),
  bucketObjectLockConfiguration: (inputs) => ({
    objectLockEnabled: true,
    objectLockConfiguration: { objectLockEnabled: "Enabled", ...inputs },
  }),
  bucketOwnershipControls: ({ rule, ...rest }) => ({ ownershipControls: { ...rest, rules: [rule] } }),
  bucketPublicAccessBlock: (inputs) => ({ publicAccessBlockConfiguration: inputs }),
  bucketReplicationConfig: (inputs) => ({ replicationConfiguration: inputs }),
  bucketServerSideEncryptionConfiguration: ({ rules, ...rest }) => ({
    bucketEncryption: {
      ...rest,
      serverSideEncryptionConfiguration: rulesOf({ rules }).map(({ applyServerSideEncryptionByDefault, ...rule }) => ({
        ...rule,
        serverSideEncryptionByDefault: applyServerSideEncryptionByDefault,
      })),
    },
  }),
  bucketVersioning: ({ versioningConfiguration, ...rest }) => ({ ...rest, versioningConfiguration }),
};

const nameOf = (type: string): string => /^aws:s3\/(\w+):/.exec(type)?.[1] ?? "";

/** True for a setting that is part of the bucket in CloudFormation. */
export const isBucketSetting = ({ type }: Planned): boolean => nameOf(type) in settings;

/** Properties of a bucket from its settings. */
export const bucketSettings = (bucket: unknown, resources: readonly Planned[]): Inputs =>
  Object.assign(
    {},
    ...resources
      .filter((resource) => isBucketSetting(resource) && resource.inputs.bucket === bucket)
      .map(({ type, inputs }) => settings[nameOf(type)]?.(without(inputs, "bucket"))),
  ) as Inputs;
