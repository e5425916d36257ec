/** kubelet's credential provider for ECR: it gets registry passwords with the instance role, for 12 hours. */

import type { ClusterSpec } from "../clusterSpec";
import { registriesInEcr, registryPatterns } from "../ecr/registry.plan";

/**
 * CredentialProviderConfig. The token of ECR is valid for all registries of a region that the role may use, hence also for
 * mirrors there: kubelet gets it for images by the names of the mirrored registries, too.
 */
export function credentialProviderConfig({ region, nodes }: Pick<ClusterSpec, "region" | "nodes">): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1",
    kind: "CredentialProviderConfig",
    providers: [
      {
        // File name of the program, below the directory in kubelet's flags.
        name: "ecr-credential-provider",
        apiVersion: "credentialprovider.kubelet.k8s.io/v1",
        matchImages: [...registryPatterns, ...registriesInEcr(nodes.registryMirrors)],
        // The program answers with half of a token's remaining time; this is for an answer without.
        defaultCacheDuration: "6h",
        // For names of mirrored registries: only those of ECR contain a region.
        env: [{ name: "AWS_REGION", value: region }],
      },
    ],
  };
}
