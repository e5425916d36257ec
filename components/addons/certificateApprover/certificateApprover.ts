import { Deployment } from "@pulumi/kubernetes/apps/v1";
import type { core } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { Account } from "../shared/serviceAccount";
import { disruptionBudget } from "../shared/disruptionBudget";
import { partLabels, selectorLabels } from "../shared/labels.plan";
import { images, versions } from "../shared/images.plan";
import {
  onControlPlane,
  probes,
  replicatedPod,
  resources,
  systemNamespace,
  unprivileged,
} from "../shared/workload.plan";
import { nodeNamePattern, nodeRanges } from "./nodeNames.plan";

const program = "kubelet-csr-approver";
const healthPort = 8081;
const signer = "kubernetes.io/kubelet-serving";

/**
 * Approves the certificates that kubelets serve with: only for a node itself, for names and addresses that a machine of this
 * cluster can have. All else it denies.
 */
export class CertificateApprover extends pulumi.ComponentResource {
  constructor(name: string, { spec }: { readonly spec: ClusterSpec }, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:CertificateApprover", name, {}, options);
    const labels = partLabels({ name: program, version: versions.certificateApprover });
    const metadata = { name: program, namespace: systemNamespace, labels };
    const selector = selectorLabels(program);
    const replicas = spec.controlPlane.members > 1 ? 2 : 1;

    const { account } = new Account(
      `${name}-account`,
      {
        account: program,
        rules: [
          {
            apiGroups: ["certificates.k8s.io"],
            resources: ["certificatesigningrequests"],
            verbs: ["get", "list", "watch"],
          },
          { apiGroups: ["certificates.k8s.io"], resources: ["certificatesigningrequests/approval"], verbs: ["update"] },
          { apiGroups: ["certificates.k8s.io"], resources: ["signers"], resourceNames: [signer], verbs: ["approve"] },
          { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
          { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
        ],
      },
      { parent: this },
    );
    new Deployment(
      `${name}-deployment`,
      {
        metadata,
        spec: {
          replicas,
          selector: { matchLabels: selector },
          template: {
            metadata: { labels },
            spec: { ...replicatedPod(account, selector), tolerations: [onControlPlane], containers: [approver(spec)] },
          },
        },
      },
      { parent: this },
    );
    disruptionBudget(`${name}-budget`, metadata, selector, this);
    this.registerOutputs();
  }
}

function approver(spec: ClusterSpec): core.v1.Container {
  return {
    name: program,
    image: images.certificateApprover,
    args: [
      "-leader-election",
      `-provider-regex=${nodeNamePattern(spec.region)}`,
      `-provider-ip-prefixes=${nodeRanges(spec).join(",")}`,
      // A node is named after its instance, and no resolver knows that name; its other name is the VPC's.
      "-bypass-dns-resolution=true",
      "-bypass-hostname-check=true",
      "-allowed-dns-names=2",
      // kube-controller-manager signs for a year at most.
      `-max-expiration-sec=${366 * 24 * 3600}`,
    ],
    resources: resources("10m", "32Mi", "128Mi"),
    securityContext: unprivileged,
    ...probes(healthPort, { live: "/healthz", ready: "/healthz" }),
  };
}
