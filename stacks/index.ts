import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";

import { Cluster } from "../components/cluster";
import { findRouteProblem } from "../components/api/routeCheck";
import { tunnelCommand, tunnelVariable } from "../components/api/tunnel.plan";
import { liveSettingsOutput, toLiveSettings } from "../components/changes/liveSettings.plan";
import { retainedVolumes } from "../components/changes/retainedVolumes.plan";
import { verifyMembersMoved } from "../components/changes/verifyMembersMoved";
import { verifyPublicAccess } from "../components/access/serviceAccounts/verifyPublicAccess";
import { verifyExistingVpc } from "../components/network/verifyExistingVpc";
import { plainError } from "../components/plainError";
import { defaultTags } from "../components/aws/tags.plan";
import type { ClusterSpec } from "../components/clusterSpec";
import { passwordsOf } from "../components/tenancy/registries.plan";
import { fetchLiveSettings, recordLiveSettings, requireAllowedChanges } from "./liveSettings";
import { formatProblems, parseSettings } from "./settings";
import { locateInStackFile } from "./stackFilePlaces";

/** Program: reads a stack's configuration, creates a cluster, returns the stack's outputs. A function, so that plans and tests can call it repeatedly. */
async function program() {
  const configuration = pulumi.runtime.allConfig();
  const settings = parseSettings(configuration);
  if (!settings.ok) {
    throw plainError(formatProblems(locateInStackFile(pulumi.getStack(), configuration, settings.problems)));
  }
  const { spec } = settings;
  const live = await fetchLiveSettings();
  requireAllowedChanges(live, spec);
  const apiTunnel = process.env[tunnelVariable];
  await checkRoute(spec, apiTunnel);

  const aws = new Provider("aws", { region: spec.region, defaultTags: { tags: defaultTags(spec) } });
  await Promise.all([
    verifyExistingVpc(spec.network, { provider: aws }),
    verifyPublicAccess(spec.access.serviceAccountIssuer, { provider: aws }),
    verifyMembersMoved(live, toLiveSettings(spec), { provider: aws }),
  ]);
  const config = new pulumi.Config("holdfast");
  const registries = config.getSecretObject<Parameters<typeof passwordsOf>[0]>("registries");
  const authorityKeys = config.getSecretObject<Record<string, string>>("authorityKeys");
  const cluster = new Cluster(
    spec.name,
    {
      ...{ spec, apiTunnel, registryPasswords: registries?.apply(passwordsOf), authorityKeys },
      retainedVolumes: retainedVolumes(live, toLiveSettings(spec)),
    },
    { providers: { aws } },
  );
  const { copy } = cluster.etcd.backups;
  // Pulumi warns about outputs that are undefined.
  return {
    /** URL of the Kubernetes API, reachable inside the VPC. */
    apiEndpoint: cluster.apiUrl,
    /** URL of the internet-facing address; only with `api.public`. */
    ...(cluster.publicApiUrl !== undefined && { publicApiEndpoint: cluster.publicApiUrl }),
    /** Administrator's kubeconfig; a secret: `pulumi stack output kubeconfig --show-secrets`. */
    kubeconfig: cluster.pki.adminKubeconfig,
    /** Trusted certificates of the cluster authority, in PEM; several during a rotation. */
    clusterCaCertificate: cluster.pki.clusterCaCertificate,
    /** Issuer of ServiceAccount tokens and its IAM OIDC provider, for the trust policies of pods' roles. */
    serviceAccountIssuer: cluster.issuer.url,
    serviceAccountProviderArn: cluster.issuer.providerArn,
    vpcId: cluster.network.vpcId,
    /** Bucket of etcd backups; `holdfast etcd` lists it. */
    backupsBucket: cluster.etcd.backups.bucketName,
    /** Bucket and region of the backup copies; only with `etcd.backups.copyTo`. */
    ...(copy && { backupsCopy: { bucket: copy.bucketName, region: copy.region } }),
    /** SNS topic of alarms. */
    alarmTopicArn: cluster.alarms.topicArn,
    /** SHA-256 of each node bundle; a new value means that a rollout replaces its machines. */
    bundleSha256: cluster.bundle.sha256,
    /** Settings that the next update is compared with (docs/changes.md). */
    [liveSettingsOutput]: recordLiveSettings(live, spec, cluster),
  };
}

/**
 * Refuses an update that would fail only after the instances run: this machine cannot reach the API. A preview succeeds with a
 * warning, because it needs no API before the first update.
 */
async function checkRoute(spec: ClusterSpec, tunnel: string | undefined): Promise<void> {
  if (!pulumi.runtime.hasEngine()) return;
  const problem = await findRouteProblem({ spec, tunnel, command: tunnelCommand(pulumi.getStack()) });
  if (problem === undefined) return;
  if (!pulumi.runtime.isDryRun()) throw plainError(`${problem}\nNothing was changed.`);
  await pulumi.log.warn(`${problem}\n\`pulumi up\` stops with this message before it changes anything.`);
}

export = program;
