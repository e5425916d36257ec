import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";

import { Cluster } from "../components/cluster";
import { tunnelVariable } from "../components/api/apiTunnel.plan";
import { defaultTags } from "../components/aws/tags.plan";
import { passwordsOf } from "../components/tenancy/registries.plan";
import { formatProblems, parseSettings } from "./settings";

/**
 * The program: a stack's configuration in, a cluster and what people need of it out. The CLI calls it; a function and not
 * the module itself, so that plans and tests can call it as often as they like.
 */
function program() {
  const settings = parseSettings(pulumi.runtime.allConfig());
  if (!settings.ok) throw settingsError(formatProblems(settings.problems));
  const { spec } = settings;

  const aws = new Provider("aws", { region: spec.region, defaultTags: { tags: defaultTags(spec) } });
  const config = new pulumi.Config("holdfast");
  const registries = config.getSecretObject<Parameters<typeof passwordsOf>[0]>("registries");
  const authorityKeys = config.getSecretObject<Record<string, string>>("authorityKeys");
  const cluster = new Cluster(
    spec.name,
    {
      spec,
      apiTunnel: process.env[tunnelVariable],
      registryPasswords: registries?.apply(passwordsOf),
      ...(authorityKeys && { authorityKeys }),
    },
    { providers: { aws } },
  );
  const { copy } = cluster.etcd.backups;
  return {
    /** URL of the Kubernetes API, inside the VPC or through what reaches it. */
    apiEndpoint: cluster.apiUrl,
    /** URL of the internet-facing address; only with `api.public`. */
    ...(cluster.publicApiUrl === undefined ? {} : { publicApiEndpoint: cluster.publicApiUrl }),
    /** Kubeconfig of the administrator; a secret: `pulumi stack output kubeconfig --show-secrets`. */
    kubeconfig: cluster.pki.adminKubeconfig,
    /** Certificates of the cluster's authority that are trusted, in PEM; more than one during a rotation. */
    clusterCaCertificate: cluster.pki.clusterCaCertificate,
    /** Issuer of service accounts' tokens, and IAM's provider of it: what roles for pods are bound to. */
    serviceAccountIssuer: cluster.issuer.url,
    serviceAccountProviderArn: cluster.issuer.providerArn,
    vpcId: cluster.network.vpcId,
    /** Bucket of etcd's backups; `npm run etcd` lists it. */
    backupsBucket: cluster.etcd.backups.bucketName,
    /** Where a copy of each backup is; only with `etcd.backups.copyTo`. */
    ...(copy === undefined ? {} : { backupsCopy: { bucket: copy.bucketName, region: copy.region } }),
    /** SNS topic that alarms go to. */
    alarmTopicArn: cluster.alarms.topicArn,
    /** SHA-256 of the node bundle: it changes when machines will be replaced for what they run. */
    bundleSha256: cluster.bundle.sha256,
  };
}

/**
 * An error that is shown without a stack trace: the message is for whoever wrote the settings. It has none either: under the
 * CLI, Node takes a minute and runs out of memory when it colours one (pulumi/pulumi#21326).
 */
function settingsError(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  error.stack = "";
  return error;
}

export = program;
