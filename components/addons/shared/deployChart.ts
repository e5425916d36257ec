import { Release } from "@pulumi/kubernetes/helm/v3/release";
import type * as pulumi from "@pulumi/pulumi";

import type { ChartRelease } from "./charts.plan";

export interface DeployedChart {
  /** Name of the release, and of most of what is in it. */
  readonly release: string;
  readonly from: ChartRelease;
  /** Values over the chart's own. */
  readonly values: Readonly<Record<string, unknown>>;
  /** `kube-system` by default. */
  readonly namespace?: string;
}

/** Seconds that a chart's pods have to become ready: images are large, and nodes may only be joining. */
const timeoutSeconds = 600;

/** Deploys a chart as Helm does: undone as a whole when it does not come up. */
export function deployChart(
  name: string,
  { release, from, values, namespace = "kube-system" }: DeployedChart,
  options: pulumi.CustomResourceOptions,
): Release {
  return new Release(
    name,
    {
      name: release,
      namespace,
      chart: from.chart,
      version: from.version,
      repositoryOpts: { repo: from.repository },
      values: { ...values },
      timeout: timeoutSeconds,
      atomic: true,
      cleanupOnFail: true,
      // What was deployed before can be read in Helm's own records; a few are enough.
      maxHistory: 5,
    },
    options,
  );
}
