import type { DistributionArgs, OriginAccessControlArgs } from "@pulumi/aws/cloudfront";

import { hexadecimal } from "../core/identifiers";
import { resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";

const accessControlType = "aws:cloudfront/originAccessControl:OriginAccessControl";

const identifier = (seed: string): string => `E${hexadecimal(seed, 13).toUpperCase()}`;

const originAccessControl = resourceType<OriginAccessControlArgs>({
  token: accessControlType,
  replaceOn: ["name"],
  autoName: { property: "name" },
  inUseCode: "OriginAccessControlInUse",
  create: ({ seed, world }) => {
    const id = identifier(seed);
    return { id, outputs: { arn: world.globalArn("cloudfront", `origin-access-control/${id}`) } };
  },
});

const distribution = resourceType<DistributionArgs>({
  token: "aws:cloudfront/distribution:Distribution",
  replaceOn: [],
  check(request) {
    const { inputs, refuse, world } = request;
    checkTags(request, inputs.tags);
    if (world.partition !== "aws") {
      refuse(
        "viewerCertificate",
        "InvalidViewerCertificate",
        `CloudFront has no default certificate in ${world.region}`,
      );
    }
    inputs.origins.forEach(({ originAccessControlId }, index) => {
      resolveReferenceBy(request, `origins[${index}].originAccessControlId`, originAccessControlId, {
        type: accessControlType,
        by: "id",
        code: "InvalidOriginAccessControl",
        message: "The origin access control does not exist.",
      });
    });
    const { targetOriginId } = inputs.defaultCacheBehavior;
    if (!inputs.origins.some(({ originId }) => originId === targetOriginId)) {
      const message = `One or more of your origins do not exist: ${targetOriginId}`;
      refuse("defaultCacheBehavior.targetOriginId", "NoSuchOrigin", message);
    }
  },
  create: ({ seed, world }) => {
    const id = identifier(seed);
    return {
      id,
      outputs: {
        arn: world.globalArn("cloudfront", `distribution/${id}`),
        domainName: `d${hexadecimal(`${seed} domain`, 13)}.cloudfront.net`,
        // Zone of all distributions (CloudFront developer guide, alias records).
        hostedZoneId: "Z2FDTNDATAQYW2",
        status: "Deployed",
      },
    };
  },
});

export const distributionTypes = [originAccessControl, distribution];
