import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";

import { clusterPath } from "../aws/clusterPath.plan";
import { resourceTags } from "../aws/tags.plan";
import type { Authority } from "./authorities.plan";
import type { IssuedAuthority, ServiceAccountKeys } from "./authority";
import { checkRotationStep, orderParameter, parseStages, renderRotationOrder, settledParameter } from "./rotation.plan";
import type { Rotations } from "./rotation.plan";
import type { PkiSpec } from "./settings";

/** Stages in the settings, by authority and service account key. */
const rotationsOf = (spec: PkiSpec): Rotations => ({ ...spec.authorities, serviceAccount: spec.serviceAccountKey });

/**
 * Fails the program, also in a preview, when the settings skip a stage, or advance before every machine has settled on the
 * current one. Parameter Store holds both.
 */
export function requireAllowedStep(cluster: string, spec: PkiSpec, parent: pulumi.Resource): pulumi.Output<true> {
  const prefix = clusterPath(cluster);
  const current = ssm.getParametersByPathOutput({ path: `${prefix}/pki`, withDecryption: false }, { parent });
  return pulumi.unsecret(
    current.apply(({ names, values }) => {
      const stages = (path: string) => parseStages(values[names.indexOf(prefix + path)]);
      const problems = checkRotationStep(stages(orderParameter), stages(settledParameter), rotationsOf(spec));
      if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
      return true as const;
    }),
  );
}

export interface RotationParametersArgs {
  readonly cluster: string;
  readonly spec: PkiSpec;
  readonly issued: Readonly<Record<Authority["name"], IssuedAuthority>>;
  readonly serviceAccounts: ServiceAccountKeys;
  /** Result of {@link requireAllowedStep}. */
  readonly stepAllowed: pulumi.Output<true>;
  /** Parameters of the keys and certificates, which machines compare with the order. */
  readonly after: readonly ssm.Parameter[];
}

/** SSM parameters of the rotation order, and of the stages on which every machine has settled. Neither holds a secret. */
export function createRotationParameters(
  name: string,
  args: RotationParametersArgs,
  parent: pulumi.Resource,
): Readonly<Record<string, ssm.Parameter>> {
  const { cluster, spec, issued, serviceAccounts } = args;
  const common = (path: string) => ({
    name: clusterPath(cluster) + path,
    type: "String",
    tags: resourceTags(cluster, `${cluster}${path}`),
  });
  const trusted = {
    kubernetes: issued.kubernetes.trusted,
    etcd: issued.etcd.trusted,
    frontProxy: issued.frontProxy.trusted,
    serviceAccount: serviceAccounts.trusted,
  };
  return {
    [orderParameter]: new ssm.Parameter(
      `${name}-order`,
      {
        ...common(orderParameter),
        description: "Stages of the rotations, and fingerprints of the trusted certificates and keys",
        // Not secret, so that a preview shows the next stage.
        insecureValue: pulumi
          .all([trusted, args.stepAllowed])
          .apply(([pem]) => renderRotationOrder(rotationsOf(spec), pem, issued.kubernetes.chain)),
        tier: "Intelligent-Tiering",
      },
      { parent, dependsOn: [...args.after] },
    ),
    [settledParameter]: new ssm.Parameter(
      `${name}-settled`,
      {
        ...common(settledParameter),
        description: "Stages on which every machine has settled; written by the control plane",
        value: "{}",
      },
      { parent, ignoreChanges: ["value"] },
    ),
  };
}
