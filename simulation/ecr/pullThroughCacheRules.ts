import type { PullThroughCacheRuleArgs } from "@pulumi/aws/ecr";

import { checkText } from "../core/checks";
import { resourceType } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { toText } from "../core/text";

const createRule = `${guides.ecrApi}/API_CreatePullThroughCacheRule.html`;

/** Upstream registries with their need of credentials. */
const upstreams: readonly (readonly [host: RegExp, credentials: boolean])[] = [
  [/^public\.ecr\.aws$/, false],
  [/^quay\.io$/, false],
  [/^registry\.k8s\.io$/, false],
  [/^registry-1\.docker\.io$/, true],
  [/^ghcr\.io$/, true],
  [/^registry\.gitlab\.com$/, true],
  [/^[a-z0-9]+\.azurecr\.io$/, true],
  [/^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/, false],
];

const rules: readonly Rule<PullThroughCacheRuleArgs>[] = [
  {
    id: "pull-through-cache-upstream",
    sentence: "A pull-through cache rule names a registry that ECR can cache.",
    source: createRule,
    code: "UnsupportedUpstreamRegistryException",
    check({ inputs: { upstreamRegistryUrl } }, violated) {
      if (upstreams.some(([host]) => host.test(upstreamRegistryUrl))) return;
      violated("upstreamRegistryUrl", `The specified upstream registry ${upstreamRegistryUrl} isn't supported`);
    },
  },
  {
    id: "pull-through-cache-credentials",
    sentence: "Docker Hub, GitHub, GitLab and Azure require a secret with credentials.",
    source: `${guides.ecr}/pull-through-cache.html`,
    code: "InvalidParameterException",
    check({ inputs: { upstreamRegistryUrl, credentialArn } }, violated) {
      if (credentialArn !== undefined || !upstreams.some(([host, needs]) => needs && host.test(upstreamRegistryUrl))) {
        return;
      }
      violated("credentialArn", `Credentials are required for the upstream registry ${upstreamRegistryUrl}`);
    },
  },
  {
    id: "pull-through-cache-secret-region",
    sentence: "The secret with the credentials is in the region of the rule.",
    source: `${guides.ecr}/pull-through-cache-creating-rule.html`,
    code: "SecretNotFoundException",
    check({ inputs: { credentialArn }, world }, violated) {
      if (credentialArn === undefined || credentialArn.split(":")[3] === world.region) return;
      violated("credentialArn", `The secret ${credentialArn} is not in ${world.region}`);
    },
  },
];

const pullThroughCacheRule = resourceType<PullThroughCacheRuleArgs>({
  token: "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
  replaceOn: ["ecrRepositoryPrefix", "upstreamRegistryUrl", "upstreamRepositoryPrefix", "region"],
  unique: ({ ecrRepositoryPrefix }) => ({
    key: ecrRepositoryPrefix,
    property: "ecrRepositoryPrefix",
    code: "PullThroughCacheRuleAlreadyExistsException",
    message: `A pull through cache rule with prefix ${ecrRepositoryPrefix} already exists`,
  }),
  check(request) {
    const { ecrRepositoryPrefix, credentialArn } = request.inputs;
    const code = "InvalidParameterException";
    const part = String.raw`[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`;
    const prefix = new RegExp(String.raw`^(?=.{2})(${part}(\/${part})*\/?|ROOT)$`);
    checkText(request, "ecrRepositoryPrefix", ecrRepositoryPrefix, { maxLength: 30, pattern: prefix, code });
    const secret = /^arn:aws(-\w+)*:secretsmanager:[a-zA-Z0-9-:]+:secret:ecr-pullthroughcache\/[\w/+=.@-]+$/;
    checkText(request, "credentialArn", credentialArn, { maxLength: 612, pattern: secret, code });
  },
  rules,
  create: ({ inputs, world }) => ({ id: toText(inputs.ecrRepositoryPrefix), outputs: { registryId: world.account } }),
});

export const pullThroughCacheTypes = [pullThroughCacheRule];
