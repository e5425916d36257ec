/** The program: a stack's configuration in, a cluster and what people need of it out. */

import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";

import { Cluster } from "../components/cluster";
import { defaultTags } from "../components/tags";
import { formatProblems, parseSettings } from "./settings";

const settings = parseSettings(pulumi.runtime.allConfig());
// A RunError is shown without a stack trace: the message is for whoever wrote the settings.
if (!settings.ok) throw new pulumi.RunError(formatProblems(settings.problems));
const { spec } = settings;

const aws = new Provider("aws", { region: spec.region, defaultTags: { tags: defaultTags(spec) } });
const cluster = new Cluster(spec.name, { spec }, { providers: { aws } });

/** URL of the Kubernetes API, inside the VPC or through what reaches it. */
export const apiEndpoint = cluster.apiUrl;
/** URL of the internet-facing address; only with `api.public`. */
export const publicApiEndpoint = cluster.publicApiUrl;
/** Kubeconfig of the administrator; a secret: `pulumi stack output kubeconfig --show-secrets`. */
export const kubeconfig = cluster.pki.adminKubeconfig;
/** Certificate of the cluster's authority, in PEM. */
export const clusterCaCertificate = cluster.pki.clusterCaCertificate;
export const vpcId = cluster.network.vpcId;
/** SHA-256 of the node bundle: it changes when machines will be replaced for what they run. */
export const bundleSha256 = cluster.bundle.sha256;
