/** Two clusters for one application, each in its own region: the loss of a region takes down one of them. */
import * as pulumi from "@pulumi/pulumi";
import { Cluster } from "holdfast";
import type { ClusterSettings } from "holdfast";

const config = new pulumi.Config();
const domain = config.require("domain");
const hostedZoneId = config.require("hostedZoneId");
const administrators = config.requireObject<string[]>("administrators");

interface Site {
  readonly region: string;
  /** Region of the copies of the backups: the cluster can be restored after the loss of its own region. */
  readonly backupRegion: string;
  /** Disjoint from those of the other site, so that the networks can be connected. */
  readonly vpcCidr: string;
  readonly podCidr: string;
}

/** Sites by the name of their cluster. To add one, add a line. */
const sites: Readonly<Record<string, Site>> = {
  frankfurt: { region: "eu-central-1", backupRegion: "eu-west-1", vpcCidr: "10.20.0.0/16", podCidr: "10.128.0.0/16" },
  ireland: { region: "eu-west-1", backupRegion: "eu-central-1", vpcCidr: "10.21.0.0/16", podCidr: "10.129.0.0/16" },
};

/** Settings of both clusters; docs/settings.md lists all. */
const shared: Omit<ClusterSettings, "name"> = {
  kubernetesVersion: "1.36.4",
  // Each pool may grow to serve all requests, in case the other region is lost.
  workers: { general: { instanceTypes: ["m7i.xlarge", "m6i.xlarge"], min: 3, max: 30 } },
};

const clusters = Object.entries(sites).map(([name, site]) => {
  const cluster = new Cluster(name, {
    region: site.region,
    settings: {
      ...shared,
      tags: { owner: "platform", environment: pulumi.getStack(), "cost-center": "4711" },
      network: { vpc: { cidr: site.vpcCidr }, podCidr: site.podCidr },
      // The machine that runs `pulumi up` must reach the API, to install the add-ons.
      api: { public: { name: `api.${name}.${domain}`, hostedZoneId, allowedCidrs: administrators } },
      etcd: { backups: { copyTo: { region: site.backupRegion } } },
    },
  });
  const { apiUrl, publicApiUrl = apiUrl } = cluster;
  const kubeconfig = cluster.kubeconfig.apply((text) => text.replace(apiUrl, publicApiUrl));
  return { name, url: publicApiUrl, kubeconfig };
});

/** Administrators' kubeconfigs by cluster, for the public addresses; secrets. */
export const kubeconfigs = Object.fromEntries(clusters.map(({ name, kubeconfig }) => [name, kubeconfig]));

/** URLs of the APIs by cluster. */
export const apiUrls = Object.fromEntries(clusters.map(({ name, url }) => [name, url]));
