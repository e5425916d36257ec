import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import { apiUrl, urlOf } from "./address.plan";
import type { ClusterSpec } from "../clusterSpec";
import { apiAccess, apiHealth } from "./apiHealth.plan";
import { throughTunnel } from "./apiTunnel.plan";
import { waitForApi } from "./apiWait.plan";

export interface ClusterAccessArgs {
  readonly spec: ClusterSpec;
  /** The administrator's kubeconfig; a secret. */
  readonly kubeconfig: pulumi.Input<string>;
  /** What is known once the control plane's machines have been started: nobody is asked before. */
  readonly controlPlane: readonly pulumi.Input<string>[];
  /** What has to outlive every object in the cluster. */
  readonly after: readonly pulumi.Resource[];
  /** URL through which this machine reaches the API, in place of the kubeconfig's: the end of a tunnel. Absent: none. */
  readonly tunnel?: string | undefined;
}

/**
 * The way into the cluster: the provider that every object in it is made with. Its kubeconfig becomes known when the API is
 * ready; nothing is registered with an API that is not.
 */
export class ClusterAccess extends pulumi.ComponentResource {
  readonly provider: Provider;

  constructor(name: string, args: ClusterAccessArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ClusterAccess", name, {}, options);
    const { spec, tunnel } = args;
    const kubeconfig = pulumi
      .all([args.kubeconfig, pulumi.all([...args.controlPlane])])
      .apply(([administrator]) => whenReady(spec, throughTunnel(reachableFrom(spec, administrator), tunnel), this));
    this.provider = new Provider(
      `${name}-provider`,
      {
        kubeconfig: pulumi.secret(kubeconfig),
        enableServerSideApply: true,
        // The administrator's certificate is renewed and a tunnel comes and goes: it stays the same cluster.
        clusterIdentifier: `${spec.name}.${spec.domain}`,
      },
      { parent: this, dependsOn: [...args.after] },
    );
    this.registerOutputs();
  }
}

/** A cluster with an internet-facing address is worked with through it: it is reachable from more places. */
function reachableFrom(spec: ClusterSpec, kubeconfig: string): string {
  return spec.api.public === undefined
    ? kubeconfig
    : kubeconfig.replace(apiUrl(spec.domain), urlOf(spec.api.public.name));
}

/**
 * Hands the kubeconfig on once the API can be worked with. A preview does not wait: the machines may not be there yet. Nor
 * does a program that runs without an engine, a plan or a test: there are none.
 */
async function whenReady(spec: ClusterSpec, kubeconfig: string, resource: pulumi.Resource): Promise<string> {
  const { apiTimeoutMinutes: timeoutMinutes } = spec.platform;
  if (pulumi.runtime.isDryRun() || !pulumi.runtime.hasEngine() || timeoutMinutes === 0) return kubeconfig;
  const access = apiAccess(kubeconfig);
  await waitForApi({
    url: `https://${access.host}:${access.port}`,
    timeoutMinutes,
    look: () => apiHealth(access),
    progress: (text) => void pulumi.log.info(text, resource, undefined, true),
    isPrivate: access.host === `api.${spec.domain}`,
    tunnel: `npm run tunnel -- ${pulumi.getStack()} pulumi up`,
  });
  return kubeconfig;
}
