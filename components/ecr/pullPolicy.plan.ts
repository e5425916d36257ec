/** IAM statements with which nodes pull images from ECR. */

import type { ClusterSpec } from "../clusterSpec";
import { allow, arn } from "../machines/iamStatements.plan";
import type { IamStatement, InstanceAccess } from "../machines/iamStatements.plan";
import { repositoryRegion } from "./textRules";

/** Repositories that nodes may pull from. */
export interface PullAccess {
  /** Names in the account's registry of the region, or ARNs. */
  readonly repositories: readonly string[];
  /** Prefixes of pull-through cache rules. */
  readonly cachePrefixes: readonly string[];
}

export const pullAccess = ({ nodes: { ecr } }: Pick<ClusterSpec, "nodes">): PullAccess => ({
  repositories: ecr.repositories,
  cachePrefixes: Object.keys(ecr.pullThroughCache),
});

/**
 * Statements of a node's role: those of AWS's managed policy AmazonEC2ContainerRegistryPullOnly, on the repositories of the
 * settings, and `CreateRepository` for the first pull of a cached image.
 */
export function pullStatements(access: InstanceAccess): readonly IamStatement[] {
  const { repositories, cachePrefixes } = access.images;
  const cached = cachePrefixes.map((prefix) => arn(access, "ecr", `repository/${prefix}/*`));
  const named = repositories.map((each) =>
    repositoryRegion(each) === undefined ? arn(access, "ecr", `repository/${each}`) : each,
  );
  if (named.length + cached.length === 0) return [];
  const all = arn(access, "ecr", "repository/*");
  const readable = named.includes(all) ? named : [...named, ...cached];
  const regions = [...new Set([access.region, ...repositories.flatMap((each) => repositoryRegion(each) ?? [])])];
  return [
    // The action supports no resource in IAM.
    allow("GetRegistryToken", ["ecr:GetAuthorizationToken"], ["*"], {
      StringEquals: { "aws:RequestedRegion": regions.length === 1 ? access.region : regions },
    }),
    allow("PullImages", ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], readable),
    ...(cached.length === 0
      ? []
      : [allow("FillPullThroughCache", ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], cached)]),
  ];
}
