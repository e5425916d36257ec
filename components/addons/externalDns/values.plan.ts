import type { PodIdentity } from "../../access/serviceAccounts/podIdentity.plan";
import type { ClusterSpec } from "../../clusterSpec";
import type { Chart } from "../shared/images.plan";
import { onControlPlane, resources } from "../shared/pods.plan";

/** Name of the chart, its release, the Deployment and the ServiceAccount. */
export const program = "external-dns";

export const chart: Chart = {
  repository: "https://kubernetes-sigs.github.io/external-dns",
  chart: program,
  version: "1.21.1",
  registries: ["registry.k8s.io"],
};

/** Values of the chart `external-dns`. */
export function externalDnsValues<Arn>(
  { name, addons: { externalDns: settings } }: Pick<ClusterSpec, "name" | "addons">,
  identity: PodIdentity<Arn>,
) {
  return {
    fullnameOverride: program,
    provider: { name: "aws" },
    policy: settings.policy,
    domainFilters: settings.domains,
    // TXT records mark which cluster owns a record, so that several clusters can share a zone.
    registry: "txt",
    txtOwnerId: name,
    extraArgs: settings.hostedZoneIds.map((id) => `--zone-id-filter=${id}`),
    env: identity.env,
    extraVolumes: identity.volumes,
    extraVolumeMounts: identity.volumeMounts,
    priorityClassName: "holdfast-addons",
    ...onControlPlane,
    resources: resources("20m", "64Mi", "256Mi"),
  };
}
