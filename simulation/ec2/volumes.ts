import type { VolumeArgs } from "@pulumi/aws/ebs";

import { resourceId } from "../core/identifiers";
import { resolveKmsKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { checkTags } from "../core/tags";
import { diskRules } from "./diskRules";

const volumeRules: readonly Rule<VolumeArgs>[] = [
  ...diskRules<VolumeArgs>("volume", (inputs) => [{ disk: inputs, path: (property) => property }]),
  {
    id: "volume-never-shrinks",
    sentence: "The size of a volume never decreases.",
    source: `${guides.ebs}/modify-volume-requirements.html`,
    code: "InvalidParameterValue",
    check({ inputs, previous }, violated) {
      const { size: before } = previous?.inputs ?? {};
      if (before === undefined || inputs.size === undefined || inputs.size >= before) return;
      violated("size", `New size cannot be smaller than existing size: ${inputs.size} < ${before} GiB`);
    },
  },
];

const volume = resourceType<VolumeArgs>({
  token: "aws:ebs/volume:Volume",
  replaceOn: ["availabilityZone", "encrypted", "kmsKeyId", "multiAttachEnabled", "outpostArn", "snapshotId"],
  rules: volumeRules,
  check(request) {
    const { inputs, world, refuse } = request;
    checkTags(request, inputs.tags);
    if (!world.zones.includes(inputs.availabilityZone)) {
      refuse("availabilityZone", "InvalidZone.NotFound", `The zone '${inputs.availabilityZone}' does not exist.`);
    }
    resolveKmsKey(request, "kmsKeyId", inputs.kmsKeyId);
  },
  create: ({ inputs, seed, world }) => {
    const id = resourceId("vol", seed);
    return {
      id,
      outputs: {
        arn: world.arn("ec2", `volume/${id}`),
        encrypted: inputs.encrypted ?? false,
        iops: inputs.iops ?? 3000,
        throughput: inputs.throughput ?? 125,
      },
    };
  },
});

export const volumeTypes = [volume];
