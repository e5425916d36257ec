/**
 * Component `holdfast:index:Cluster` for programs in YAML, Python, Go, C# and Java: docs/languages.md. Pulumi derives the schema
 * of the package from these declarations, so their types are those that its analyzer knows.
 */
import * as pulumi from "@pulumi/pulumi";

import { plainError } from "../components/plainError";
import { formatPath, formatProblems } from "../components/settings/problems";
import type { SettingPath } from "../components/settings/problems";

/** Container registry with credentials, for `tenants.<tenant>.registries`. */
export interface Registry {
  /** Host of the registry. */
  readonly server: string;
  readonly username: string;
  /** Becomes a secret. */
  readonly password: pulumi.Input<string>;
}

export interface ClusterArgs {
  /** AWS region, such as `eu-central-1`. It must be the region of the AWS provider. */
  readonly region: string;
  /**
   * Settings of the cluster, as below `holdfast:cluster` in a stack file: docs/settings.md. No value may be an output of another
   * resource. Default: a production cluster with one worker pool; default of `name`: the name of the resource.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the only type for any value that the analyzer knows
  readonly settings?: Readonly<Record<string, any>>;
  /** Registries by name. Default: none. */
  readonly registries?: Readonly<Record<string, Registry>>;
  /** Keys of your own authorities in PEM, by `<authority>-<generation>`: docs/pki.md. Become secrets. Default: none. */
  readonly authorityKeys?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
}

/**
 * The class of the npm package, with the base class by which the analyzer recognizes components. Without its types, which the
 * analyzer would read on every update: six seconds instead of one.
 */
const { Cluster: PackageComponent } = require("../index") as {
  readonly Cluster: new (
    name: string,
    args: ClusterArgs,
    options?: pulumi.ComponentResourceOptions,
  ) => pulumi.ComponentResource;
};

/** Production Kubernetes cluster on AWS. */
export class Cluster extends PackageComponent {
  /** URL of the Kubernetes API inside the VPC. */
  declare readonly apiUrl: string;
  /** URL of the internet-facing API address; only with `api.public`. */
  declare readonly publicApiUrl?: string;
  /** Administrator's kubeconfig; a secret. */
  declare readonly kubeconfig: pulumi.Output<string>;
  /** Trusted certificates of the cluster authority, in PEM. */
  declare readonly clusterCaCertificate: pulumi.Output<string>;
  /** Issuer of ServiceAccount tokens, for the trust policies of pods' roles. */
  declare readonly serviceAccountIssuer: pulumi.Output<string>;
  /** ARN of the issuer's IAM OIDC provider. */
  declare readonly serviceAccountProviderArn: pulumi.Output<string>;
  /** VPC of the cluster. */
  declare readonly vpcId: pulumi.Output<string>;
  /** Bucket of etcd backups. */
  declare readonly backupsBucket: pulumi.Output<string>;
  /** SNS topic of alarms. */
  declare readonly alarmTopicArn: pulumi.Output<string>;

  constructor(name: string, args: ClusterArgs, options?: pulumi.ComponentResourceOptions) {
    refuseOutputs(args);
    super(name, args, options);
  }
}

/**
 * Refuses values that only the engine knows: what a program creates must not depend on them.
 * @throws RunError with the paths of all outputs among the settings and the registries' names and accounts.
 */
function refuseOutputs({ region, settings, registries }: ClusterArgs): void {
  const accounts = pulumi.Output.isInstance(registries)
    ? registries
    : Object.fromEntries(
        Object.entries(registries ?? {}).map(([name, registry]) => [name, { ...registry, password: undefined }]),
      );
  const paths = [
    ...outputsIn(region, []).map(() => "aws:region"),
    ...outputsIn(settings, []).map(formatPath),
    ...outputsIn(accounts, ["registries"]).map((path) => path.join(".")),
  ];
  if (paths.length === 0) return;
  const message = "must be known before the update starts; write the value itself, or take it from the configuration";
  throw plainError(formatProblems(paths.map((path) => ({ path, found: "output or secret", message }))));
}

function outputsIn(value: unknown, path: SettingPath): readonly SettingPath[] {
  if (pulumi.Output.isInstance(value)) return [path];
  if (typeof value !== "object" || value === null) return [];
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.flatMap(([key, item]) => outputsIn(item, [...path, key]));
}
