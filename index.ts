/** Public API of the npm package `holdfast`: clusters in any Pulumi program. docs/package.md describes it. */
import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";

import { defaultTags } from "./components/aws/tags.plan";
import { Cluster as ClusterComponent } from "./components/cluster";
import type { ClusterArgs as ComponentArgs } from "./components/cluster";
import type { clusterSettings } from "./components/clusterSettings";
import { plainError } from "./components/plainError";
import { formatProblems, parseSettings } from "./stacks/settings";

/** Settings of a cluster as below `cluster` in a stack file: docs/settings.md. All but the name have defaults. */
export type ClusterSettings = z.input<typeof clusterSettings>;

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
  /** Settings of the cluster. Default of `name`: the name of the resource. */
  readonly settings?: Omit<ClusterSettings, "name"> & { readonly name?: string };
  /** Registries by name. Default: none. */
  readonly registries?: Readonly<Record<string, Registry>>;
  /** Keys of your own authorities in PEM, by `<authority>-<generation>`: docs/pki.md. Become secrets. Default: none. */
  readonly authorityKeys?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
}

/** Kubernetes cluster on AWS. */
export interface Cluster extends pulumi.ComponentResource {
  /** URL of the Kubernetes API inside the VPC. */
  readonly apiUrl: string;
  /** URL of the internet-facing API address; only with `api.public`. */
  readonly publicApiUrl: string | undefined;
  /** Administrator's kubeconfig; a secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Trusted certificates of the cluster authority, in PEM. */
  readonly clusterCaCertificate: pulumi.Output<string>;
  /** Issuer of ServiceAccount tokens, for the trust policies of pods' roles. */
  readonly serviceAccountIssuer: pulumi.Output<string>;
  /** ARN of the issuer's IAM OIDC provider. */
  readonly serviceAccountProviderArn: pulumi.Output<string>;
  readonly vpcId: pulumi.Output<string>;
  /** Bucket of etcd backups. */
  readonly backupsBucket: pulumi.Output<string>;
  /** SNS topic of alarms. */
  readonly alarmTopicArn: pulumi.Output<string>;
}

/**
 * Creates a cluster. Options: `provider` or `providers` with an AWS provider; default: one for the region, with the tags of
 * the settings as default tags.
 * @throws RunError with all problems of the settings, before it registers any resource.
 */
export const Cluster: new (name: string, args: ClusterArgs, options?: pulumi.ComponentResourceOptions) => Cluster =
  class extends ClusterComponent implements Cluster {
    readonly kubeconfig = this.pki.adminKubeconfig;
    readonly clusterCaCertificate = this.pki.clusterCaCertificate;
    readonly serviceAccountIssuer = pulumi.output(this.issuer.url);
    readonly serviceAccountProviderArn = pulumi.output(this.issuer.providerArn);
    readonly vpcId = pulumi.output(this.network.vpcId);
    readonly backupsBucket = pulumi.output(this.etcd.backups.bucketName);
    readonly alarmTopicArn = pulumi.output(this.alarms.topicArn);

    constructor(name: string, args: ClusterArgs, options: pulumi.ComponentResourceOptions = {}) {
      const componentArgs = resolveArgs(name, args);
      super(name, componentArgs, withProvider(name, componentArgs, options));
    }
  };

/** Value that only the engine knows: the checks treat it like an encrypted one of a stack file. */
const unknownText = { secure: "" };

function resolveArgs(
  name: string,
  { region, settings = {}, registries = {}, authorityKeys }: ClusterArgs,
): ComponentArgs {
  const parsed = parseSettings({
    "aws:region": region,
    "holdfast:cluster": { ...settings, name: settings.name ?? name },
    "holdfast:registries": mapValues(registries, (registry) => ({ ...registry, password: unknownText })),
    ...(authorityKeys !== undefined && { "holdfast:authorityKeys": unknownText }),
  });
  if (!parsed.ok) throw plainError(formatProblems(parsed.problems));
  return {
    spec: parsed.spec,
    registryPasswords: pulumi.secret(pulumi.all(mapValues(registries, ({ password }) => password))),
    ...(authorityKeys !== undefined && { authorityKeys: pulumi.secret(pulumi.output(authorityKeys)) }),
  };
}

function withProvider(
  name: string,
  { spec }: ComponentArgs,
  options: pulumi.ComponentResourceOptions,
): pulumi.ComponentResourceOptions {
  // Under the engine, a component of another language has an empty object for "no providers".
  if (options.provider !== undefined || Object.keys(options.providers ?? {}).length > 0) return options;
  const { parent } = options;
  const aws = new Provider(
    `${name}-aws`,
    { region: spec.region, defaultTags: { tags: defaultTags(spec) } },
    parent === undefined ? {} : { parent },
  );
  return { ...options, providers: { aws } };
}

const mapValues = <T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
