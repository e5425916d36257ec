import { z } from "zod";
import type { Parsed } from "../../settings/fields";

/** `access.serviceAccountIssuer` in the settings. */
export const serviceAccountIssuerSetting = z
  .enum(["s3", "cloudfront"])
  .default("s3")
  .meta({
    description:
      "Host of the issuer's public documents, which AWS reads: `s3` is a bucket with two public objects, `cloudfront` a distribution in front of a private bucket, for accounts with S3 Block Public Access. Choose before the first deployment: a change invalidates all ServiceAccount tokens.",
  });

export type ServiceAccountIssuer = Parsed<typeof serviceAccountIssuerSetting>;
