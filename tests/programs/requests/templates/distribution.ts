import type { Inputs, Planned } from "../calls";
import { tagsOf, without } from "../calls/call";

/** Properties of a CloudFront distribution. */
export function distributionProperties(resource: Planned): Inputs {
  const { origins, isIpv6Enabled, ...config } = without(resource.inputs, "tags");
  return {
    distributionConfig: {
      ...config,
      ipv6Enabled: isIpv6Enabled,
      origins: (origins as readonly Inputs[]).map(({ originId, ...origin }) => ({
        ...origin,
        id: originId,
        s3OriginConfig: {},
      })),
    },
    tags: tagsOf(resource).list,
  };
}
