import type { TextRule } from "../settings/textRules";

/** Registries that need a secret with credentials (ECR API reference, CreatePullThroughCacheRule). */
const withCredentials = ["registry-1.docker.io", "ghcr.io", "registry.gitlab.com"] as const;
const withoutCredentials = ["public.ecr.aws", "quay.io", "registry.k8s.io"] as const;

/** Upstream registries of pull-through cache rules; that of Azure has a name of its own. */
export const upstreamRegistries: readonly string[] = [...withoutCredentials, ...withCredentials];

const azureRegistry = /^[a-z0-9]{5,50}\.azurecr\.io$/;

export const needsCredentials = (upstream: string): boolean =>
  azureRegistry.test(upstream) || withCredentials.some((each) => each === upstream);

export const upstreamRegistryRule: TextRule = (text) => {
  if (upstreamRegistries.includes(text) || azureRegistry.test(text)) return undefined;
  if (["docker.io", "index.docker.io"].includes(text)) return "write registry-1.docker.io, ECR's name of Docker Hub";
  return `ECR caches none but ${upstreamRegistries.join(", ")} and <name>.azurecr.io; write one of them`;
};

/** First part of repository names. ECR also accepts several parts; one suffices, and names the resource. */
export const cachePrefixRule: TextRule = (text) =>
  /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/.test(text) && text.length >= 2 && text.length <= 30
    ? undefined
    : "write 2 to 30 lower-case letters and digits, with single - . or _ between them, such as docker-hub";

/** Secret of Secrets Manager, as ECR accepts it. */
export const credentialArnRule: TextRule = (text) =>
  /^arn:aws(-\w+)*:secretsmanager:[a-z0-9-]+:\d{12}:secret:ecr-pullthroughcache\/[\w/+=.@-]+$/.test(text)
    ? undefined
    : "write the ARN of a secret whose name begins with ecr-pullthroughcache/, such as arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/docker-hub-AbCdEf";

const repositoryArn = /^arn:aws(?:-\w+)*:ecr:([a-z0-9-]+):\d{12}:repository\/(.+)$/;

/** Region of a repository's ARN; undefined for a name. */
export const repositoryRegion = (repository: string): string | undefined => repositoryArn.exec(repository)?.[1];

/** Name of a repository, or its ARN; `*` matches any text. */
export const repositoryRule: TextRule = (text) => {
  const name = repositoryArn.exec(text)?.[2] ?? text;
  return /^[a-z0-9*][a-z0-9._*/-]{0,255}$/.test(name)
    ? undefined
    : "write a repository name such as team-a/app or team-a/*, or for another account or region its ARN, such as arn:aws:ecr:eu-central-1:123456789012:repository/team-a/*";
};
