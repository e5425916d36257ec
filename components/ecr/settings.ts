import { flag, mapping, named, text, texts } from "../settings/fields";
import type { Parsed } from "../settings/fields";
import { cachePrefixRule, credentialArnRule, repositoryRule, upstreamRegistryRule } from "./textRules";

export const ecrSettings = mapping({
  repositories: texts(repositoryRule, {
    description:
      "Repositories in ECR that nodes may pull from: names in the account's registry of the region, or ARNs for other accounts and regions; `*` matches any text.",
  }).default(["*"]),
  pullThroughCache: named(
    cachePrefixRule,
    mapping({
      upstreamRegistryUrl: text(upstreamRegistryRule, {
        description:
          "Registry whose images ECR caches: `public.ecr.aws`, `quay.io`, `registry.k8s.io`, `registry-1.docker.io`, `ghcr.io`, `registry.gitlab.com` or `<name>.azurecr.io`.",
      }),
      credentialArn: text(credentialArnRule, {
        description:
          "ARN of the Secrets Manager secret with `username` and `accessToken` of the upstream registry, in the region; its name begins with `ecr-pullthroughcache/`. All registries but `public.ecr.aws`, `quay.io` and `registry.k8s.io` need one.",
        defaultIs: "absent: without credentials",
      }).optional(),
      create: flag({
        description:
          "Whether the stack creates the rule. The account has one rule of a prefix in a region: of several clusters that use it, one creates it.",
      }).default(true),
    }),
    {
      description:
        "Pull-through cache rules by repository prefix: nodes may let ECR import images and create repositories below it.",
    },
  ),
})
  .prefault({})
  .meta({ description: "Access of all Linux nodes to Amazon ECR, without pull secrets." });

export type EcrSpec = Parsed<typeof ecrSettings>;
