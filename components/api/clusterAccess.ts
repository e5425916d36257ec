import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import { apiName, apiUrl, urlOf } from "./address.plan";
import type { ClusterSpec } from "../clusterSpec";
import { apiAccess, checkApi } from "./apiReadiness";
import { tunnelCommand } from "./tunnel.plan";
import { waitForApi } from "./waitForApi";

export interface ClusterAccessArgs {
  readonly spec: ClusterSpec;
  /** The administrator's kubeconfig; a secret. */
  readonly kubeconfig: pulumi.Input<string>;
  /** Auto Scaling groups of the control plane, known once their instances run. The wait for the API starts then. */
  readonly controlPlaneGroupArns: readonly pulumi.Input<string>[];
  /** Resources that are deleted after every object in the cluster. */
  readonly after: readonly pulumi.Resource[];
  /** URL of a tunnel's local proxy, for the wait. The provider itself reads HTTPS_PROXY. Default: no tunnel. */
  readonly tunnel?: string | undefined;
}

/**
 * Kubernetes provider of the cluster. Its kubeconfig resolves when the API is ready, so that no object is registered before.
 */
export class ClusterAccess extends pulumi.ComponentResource {
  readonly provider: Provider;

  constructor(name: string, args: ClusterAccessArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ClusterAccess", name, {}, options);
    const { spec, tunnel } = args;
    const kubeconfig = pulumi
      .all([args.kubeconfig, pulumi.all([...args.controlPlaneGroupArns])])
      .apply(([administrator]) => waitUntilReady(spec, preferPublic(spec, administrator), tunnel, this));
    this.provider = new Provider(
      `${name}-provider`,
      {
        kubeconfig: pulumi.secret(kubeconfig),
        enableServerSideApply: true,
        // Without these, the provider replaces an object whose data changes, and deletes one with a fixed name first.
        enableConfigMapMutable: true,
        enableSecretMutable: true,
        // Identifies the cluster independently of the kubeconfig, which changes with the certificate and with `api.public`.
        clusterIdentifier: `${spec.name}.${spec.domain}`,
      },
      { parent: this, dependsOn: [...args.after] },
    );
    this.registerOutputs();
  }
}

/** Uses the internet-facing load balancer if there is one. */
function preferPublic(spec: ClusterSpec, kubeconfig: string): string {
  return spec.api.public === undefined
    ? kubeconfig
    : kubeconfig.replace(apiUrl(spec.domain), urlOf(spec.api.public.name));
}

/** Resolves to the kubeconfig when the API is ready; at once in a preview and without an engine, where no instance runs. */
async function waitUntilReady(
  spec: ClusterSpec,
  kubeconfig: string,
  tunnel: string | undefined,
  resource: pulumi.Resource,
): Promise<string> {
  const { apiTimeoutMinutes: timeoutMinutes } = spec.addons;
  if (pulumi.runtime.isDryRun() || !pulumi.runtime.hasEngine() || timeoutMinutes === 0) return kubeconfig;
  const access = { ...apiAccess(kubeconfig), proxy: tunnel };
  await waitForApi({
    url: `https://${access.host}:${access.port}`,
    timeoutMinutes,
    check: () => checkApi(access),
    progress: (text) => void pulumi.log.info(text, resource, undefined, true),
    isPrivate: access.host === apiName(spec.domain),
    throughTunnel: tunnel !== undefined,
    tunnel: tunnelCommand(pulumi.getStack()),
  });
  return kubeconfig;
}
