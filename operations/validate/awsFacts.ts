/** Facts from AWS: Auto Scaling groups with their instances, and CA certificates. */
import { X509Certificate } from "node:crypto";

import { AutoScalingClient, paginateDescribeAutoScalingGroups } from "@aws-sdk/client-auto-scaling";
import { GetParametersCommand } from "@aws-sdk/client-ssm";

import { clusterTag, roleTag } from "../../components/aws/tags.plan";
import type { ClusterSpec } from "../../components/clusterSpec";
import { clusterPath } from "../../components/aws/clusterPath.plan";
import type { Target } from "../etcd/target";
import type { CertificateFact, GroupFact } from "./facts";

/** All Auto Scaling groups of the cluster. */
export async function fetchGroups({
  region,
  name,
}: Pick<ClusterSpec, "region" | "name">): Promise<readonly GroupFact[]> {
  const client = new AutoScalingClient({ region });
  const groups: GroupFact[] = [];
  for await (const page of paginateDescribeAutoScalingGroups({ client }, {})) {
    for (const group of page.AutoScalingGroups ?? []) {
      const tags = Object.fromEntries((group.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
      if (tags[clusterTag] !== name) continue;
      groups.push({
        name: group.AutoScalingGroupName ?? "",
        role: tags[roleTag] ?? "",
        desired: group.DesiredCapacity ?? 0,
        instances: (group.Instances ?? []).map(({ InstanceId = "", LifecycleState = "", HealthStatus }) => ({
          id: InstanceId,
          state: LifecycleState,
          healthy: HealthStatus?.toLowerCase() !== "unhealthy",
        })),
      });
    }
  }
  return groups;
}

const authorities = ["kubernetes/ca", "kubernetes/front-proxy-ca", "etcd/ca"];

/** CA certificates in Parameter Store, where instances fetch them. */
export async function fetchAuthorities({ ssm, spec }: Target): Promise<readonly CertificateFact[]> {
  const prefix = `${clusterPath(spec.name)}/pki/`;
  const { Parameters = [], InvalidParameters = [] } = await ssm.send(
    new GetParametersCommand({ Names: authorities.map((name) => `${prefix}${name}.crt`), WithDecryption: true }),
  );
  if (InvalidParameters.length > 0) throw new Error(`no SSM parameter ${InvalidParameters.join(", ")}`);
  return Parameters.flatMap(({ Name = "", Value = "" }) =>
    splitCertificates(Value).map((pem) => {
      const name = `authority ${Name.slice(prefix.length).replace(/\.crt$/, "")}`;
      return certificateFact(name, "authority", new X509Certificate(pem));
    }),
  );
}

/** Certificates of a PEM bundle. */
export function splitCertificates(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

export function certificateFact(
  name: string,
  kind: CertificateFact["kind"],
  { validFrom, validTo }: Pick<X509Certificate, "validFrom" | "validTo">,
): CertificateFact {
  return { name, kind, from: new Date(validFrom), until: new Date(validTo) };
}
