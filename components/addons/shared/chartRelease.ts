import { Release } from "@pulumi/kubernetes/helm/v3/release";
import type * as pulumi from "@pulumi/pulumi";

import type { Chart } from "./images.plan";
import { systemNamespace } from "./pods.plan";

/** Release of a Helm chart. */
export interface ChartRelease extends Chart {
  /** Values over the chart's own. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Deploys a chart in kube-system under the chart's own name; a failed deployment is rolled back. */
export function createChartRelease(
  name: string,
  { repository, chart, version, values }: ChartRelease,
  options: pulumi.CustomResourceOptions,
): Release {
  return new Release(
    name,
    {
      name: chart,
      namespace: systemNamespace,
      chart,
      version,
      repositoryOpts: { repo: repository },
      values: { ...values },
      // Seconds for pods to become ready: images are large, and nodes may still be joining.
      timeout: 600,
      atomic: true,
      cleanupOnFail: true,
      maxHistory: 5,
    },
    options,
  );
}
