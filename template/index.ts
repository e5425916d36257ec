import * as pulumi from "@pulumi/pulumi";
import { Cluster } from "holdfast";

const config = new pulumi.Config();

const cluster = new Cluster(config.require("clusterName"), {
  region: new pulumi.Config("aws").require("region"),
  // Explain a setting: npx holdfast settings explain workers.general
  settings: {
    tags: {
      owner: config.require("owner"),
      environment: pulumi.getStack(),
      "cost-center": config.require("costCenter"),
    },
    // Pinned, so that an upgrade is a reviewed change.
    kubernetesVersion: "1.36.4",
    api: {
      // The machine that runs `pulumi up` must reach the API, to install the add-ons.
      public: {
        name: config.require("apiName"),
        hostedZoneId: config.require("hostedZoneId"),
        allowedCidrs: [config.require("administrators")],
      },
    },
    // Three control-plane machines in three zones are the default.
    workers: { general: { instanceTypes: ["m7i.large", "m6i.large"], min: 2, max: 10 } },
  },
});

const { apiUrl: privateUrl, publicApiUrl = privateUrl } = cluster;

/** URL of the Kubernetes API. */
export const apiUrl = publicApiUrl;

/** Administrator's kubeconfig; a secret: pulumi stack output --show-secrets kubeconfig. */
export const kubeconfig = cluster.kubeconfig.apply((text) => text.replace(privateUrl, publicApiUrl));

/** SNS topic of alarms: subscribe your on-call tool. */
export const alarmTopicArn = cluster.alarmTopicArn;
