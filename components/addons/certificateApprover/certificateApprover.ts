import type { core } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { vpcRanges } from "../../network/vpcRanges.plan";
import type { AddonArgs } from "../shared/addonArgs";
import { controllerReplicas, probes, resources, tolerateControlPlane, unprivileged } from "../shared/pods.plan";
import { AddonServiceAccount } from "../shared/serviceAccount";
import { createDeployment } from "../shared/workloads";
import { image, program } from "./image.plan";
import { nodeNamePattern } from "./nodeNames.plan";

const certificates = ["certificates.k8s.io"];

/**
 * Approves kubelet serving certificates whose names and addresses belong to the requesting node and to the cluster's network;
 * denies all others.
 */
export class CertificateApprover extends pulumi.ComponentResource {
  constructor(name: string, { spec }: Pick<AddonArgs, "spec">, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:CertificateApprover", name, {}, options);
    const { serviceAccountName } = new AddonServiceAccount(
      `${name}-service-account`,
      {
        serviceAccount: program.name,
        rules: [
          { apiGroups: certificates, resources: ["certificatesigningrequests"], verbs: ["get", "list", "watch"] },
          { apiGroups: certificates, resources: ["certificatesigningrequests/approval"], verbs: ["update"] },
          {
            apiGroups: certificates,
            resources: ["signers"],
            resourceNames: ["kubernetes.io/kubelet-serving"],
            verbs: ["approve"],
          },
          { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
          { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
        ],
      },
      { parent: this },
    );
    createDeployment(
      name,
      {
        program,
        serviceAccountName,
        replicas: controllerReplicas(spec.controlPlane),
        pod: { tolerations: [tolerateControlPlane], containers: [approver(spec)] },
      },
      this,
    );
    this.registerOutputs();
  }
}

function approver({ region, network }: ClusterSpec): core.v1.Container {
  return {
    name: program.name,
    image,
    args: [
      "-leader-election",
      `-provider-regex=${nodeNamePattern(region)}`,
      `-provider-ip-prefixes=${vpcRanges(network.vpc).join(",")}`,
      // Nodes are named after their instances, and DNS does not know these names.
      "-bypass-dns-resolution=true",
      "-bypass-hostname-check=true",
      "-allowed-dns-names=2",
      // kube-controller-manager signs for at most a year.
      `-max-expiration-sec=${366 * 24 * 3600}`,
    ],
    resources: resources("10m", "32Mi", "128Mi"),
    securityContext: unprivileged,
    ...probes(8081, { live: "/healthz", ready: "/healthz" }),
  };
}
