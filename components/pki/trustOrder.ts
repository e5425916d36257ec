import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";

import type { PkiSpec } from "../clusterSpec";
import { resourceTags } from "../aws/tags.plan";
import { parameterPrefix } from "./authorities.plan";
import type { Authority } from "./authorities.plan";
import type { IssuedAuthority, ServiceAccountKeys } from "./authority";
import { orderParameter, readStages, renderOrder, settledParameter, stepProblems } from "./rotation.plan";
import type { Rotations } from "./rotation.plan";

export interface TrustOrderArgs {
  readonly cluster: string;
  readonly spec: PkiSpec;
  readonly issued: Readonly<Record<Authority["name"], IssuedAuthority>>;
  readonly serviceAccounts: ServiceAccountKeys;
}

/** The order that machines follow when authorities change. */
export interface TrustOrder {
  /** The value, once it is certain that the stages may be gone to; the program fails where they may not. */
  allows(value: pulumi.Output<string>): pulumi.Output<string>;
  /** Writes the order down, after the parameters that it speaks of. */
  announce(after: readonly pulumi.Resource[]): Readonly<Record<string, ssm.Parameter>>;
}

/**
 * Compares the stages that the settings want with those that the cluster was last ordered to and is through with, which is
 * written in Parameter Store: the preview already refuses a stage that is skipped, or gone to too early.
 */
export function orderTrust(name: string, args: TrustOrderArgs, parent: pulumi.Resource): TrustOrder {
  const { cluster, spec, issued, serviceAccounts } = args;
  const prefix = parameterPrefix(cluster);
  const wanted: Rotations = { ...spec.authorities, serviceAccount: spec.serviceAccountKey };
  const allowed = pulumi.unsecret(
    ssm
      .getParametersByPathOutput({ path: `${prefix}/pki`, withDecryption: false }, { parent })
      .apply(({ names, values }) => {
        const text = (path: string): string | undefined => values[names.indexOf(prefix + path)];
        const problems = stepProblems(readStages(text(orderParameter)), readStages(text(settledParameter)), wanted);
        if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
        return true;
      }),
  );
  const allows = (value: pulumi.Output<string>): pulumi.Output<string> =>
    pulumi.all([value, allowed]).apply(([text]) => text);

  const parameter = (
    path: string,
    what: Pick<ssm.ParameterArgs, "description" | "value" | "insecureValue" | "tier">,
    options: pulumi.CustomResourceOptions,
  ) =>
    new ssm.Parameter(
      `${name}${path.replaceAll("/", "-").replace("-pki", "")}`,
      { name: prefix + path, type: "String", ...what, tags: resourceTags(cluster, `${cluster}${path}`) },
      { parent, ...options },
    );
  return {
    allows,
    announce: (after) => ({
      [orderParameter]: parameter(
        orderParameter,
        {
          description: "Stages of the authorities' rotations, and fingerprints of what is trusted",
          // Nothing of it is secret, and whoever looks at a preview has to see which stage is gone to.
          insecureValue: pulumi
            .all([
              issued.kubernetes.trusted,
              issued.etcd.trusted,
              issued.frontProxy.trusted,
              serviceAccounts.trusted,
              allowed,
            ])
            .apply(([kubernetes, etcd, frontProxy, serviceAccount]) =>
              renderOrder(wanted, { kubernetes, etcd, frontProxy, serviceAccount }, issued.kubernetes.chain),
            ),
          tier: "Intelligent-Tiering",
        },
        // Members compare what they fetch with the order.
        { dependsOn: [...after] },
      ),
      [settledParameter]: parameter(
        settledParameter,
        { description: "Stages that every machine is through with; written by the control plane", value: "{}" },
        { ignoreChanges: ["value"] },
      ),
    }),
  };
}
