import type { ClusterSpec } from "../clusterSpec";
import type { Finding, SettingPath } from "../settings/problems";
import { checkDuplicates, finding, regionPath } from "../settings/problems";
import { registryRegion } from "./registry.plan";
import { needsCredentials } from "./textRules";

/** Credentials of pull-through cache rules, and mirrors in ECR. */
export function* checkEcr({ region, nodes }: ClusterSpec): Iterable<Finding> {
  const path: SettingPath = ["nodes", "ecr"];
  yield* checkDuplicates([...path, "repositories"], nodes.ecr.repositories);
  for (const [prefix, { upstreamRegistryUrl, credentialArn, create }] of Object.entries(nodes.ecr.pullThroughCache)) {
    const rule = [...path, "pullThroughCache", prefix];
    if (create && credentialArn === undefined && needsCredentials(upstreamRegistryUrl)) {
      const message = `required for ${upstreamRegistryUrl}; write the ARN of a Secrets Manager secret whose name begins with ecr-pullthroughcache/`;
      yield finding([...rule, "credentialArn"], message, [[...rule, "upstreamRegistryUrl"]]);
    }
    const secretRegion = credentialArn?.split(":")[3] ?? region;
    if (secretRegion !== region) {
      const message = `a secret in ${secretRegion}, but ECR reads secrets of its own region only; write that of a secret in ${region}`;
      yield finding([...rule, "credentialArn"], message, [regionPath]);
    }
  }
  for (const [registry, url] of Object.entries(nodes.registryMirrors)) {
    const found = registryRegion(new URL(url).host);
    if (found === undefined || found === region) continue;
    const message = `a registry of ECR in ${found}, for which nodes get no credentials; write one in ${region}`;
    yield finding(["nodes", "registryMirrors", registry], message, [regionPath]);
  }
}
