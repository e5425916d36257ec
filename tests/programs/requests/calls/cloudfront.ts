/** Requests of CloudFront. Its lists carry their length. */

import { call } from "./call";
import type { Inputs, Mappings } from "./call";

const counted = (items: readonly unknown[]): Inputs => ({ quantity: items.length, items });

interface Behavior {
  readonly allowedMethods: readonly string[];
  readonly cachedMethods: readonly string[];
}

export const cloudfrontCalls: Mappings = {
  "aws:cloudfront/distribution:Distribution": (
    { origins, defaultCacheBehavior, restrictions, viewerCertificate, ...config },
    { tags },
  ) => {
    const { allowedMethods, cachedMethods, ...behavior } = defaultCacheBehavior as Inputs & Behavior;
    const { geoRestriction } = restrictions as { readonly geoRestriction: Inputs };
    const { cloudfrontDefaultCertificate, ...certificate } = viewerCertificate as Inputs;
    const distributionConfig = {
      ...config,
      // The provider sends the time as the reference.
      callerReference: "terraform-20261129000000000000000001",
      origins: counted(
        (origins as readonly Inputs[]).map(({ originId, ...origin }) => ({
          ...origin,
          id: originId,
          s3OriginConfig: { originAccessIdentity: "" },
        })),
      ),
      defaultCacheBehavior: {
        ...behavior,
        allowedMethods: { ...counted(allowedMethods), cachedMethods: counted(cachedMethods) },
      },
      restrictions: { geoRestriction: { ...geoRestriction, quantity: 0 } },
      viewerCertificate: { ...certificate, cloudFrontDefaultCertificate: cloudfrontDefaultCertificate },
    };
    return [
      call("cloudfront", "CreateDistributionWithTags", {
        distributionConfigWithTags: { distributionConfig, tags: { items: tags.list ?? [] } },
      }),
    ];
  },
  "aws:cloudfront/originAccessControl:OriginAccessControl": (inputs) => [
    call("cloudfront", "CreateOriginAccessControl", { originAccessControlConfig: inputs }),
  ],
};
