/**
 * Volumes for pods: what the EBS CSI driver is told, what classes people get, and what it may do on AWS. The driver tags what
 * it makes with the cluster's name, and is let near nothing that has no such tag: etcd's data volumes have none.
 */

import { viaService } from "../../aws/kmsViaService.plan";
import type { PodIdentity } from "../../access/serviceAccounts/podIdentity.plan";
import { clusterTag } from "../../aws/tags.plan";
import { reads } from "../shared/iamStatements.plan";
import type { Reach, Statement } from "../shared/iamStatements.plan";
import type { EbsCsiSpec } from "../controllersSpec";
import { controlPlaneOnly, replicasOn } from "../shared/placement.plan";
import { onEveryNode, resources, spread } from "../shared/workload.plan";

/** Who the driver's controller is in the cluster; its agents on nodes speak to no AWS API. */
export const ebsController = { namespace: "kube-system", serviceAccount: "ebs-csi-controller-sa" } as const;

const driver = "ebs.csi.aws.com";
/** The driver puts it on each volume and snapshot, and removes it from none. */
const ownTag = `${driver}/cluster-name`;

/** The class that claims get. */
export function storageClass<Arn>({ storageClass: wanted }: EbsCsiSpec, keyArn: Arn) {
  return {
    metadata: {
      name: wanted.name,
      annotations: { "storageclass.kubernetes.io/is-default-class": String(wanted.isDefault) },
    },
    provisioner: driver,
    parameters: {
      type: "gp3",
      encrypted: "true",
      kmsKeyId: keyArn,
      iops: String(wanted.iops),
      throughput: String(wanted.throughputMiBps),
      "csi.storage.k8s.io/fstype": wanted.fileSystem,
    },
    reclaimPolicy: wanted.reclaimPolicy,
    // A volume is in one zone: it is made where the scheduler puts the pod, not the other way round.
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
  };
}

/** Values of the driver's chart. */
export function ebsValues<Arn>(
  cluster: {
    readonly name: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly controlPlane: { readonly members: number };
  },
  { snapshots }: EbsCsiSpec,
  identity: PodIdentity<Arn>,
) {
  const each = { resources: resources("10m", "40Mi", "256Mi") };
  return {
    controller: {
      replicaCount: replicasOn(cluster.controlPlane),
      // Names volumes and tags them; IAM conditions and the search for leftovers go by those tags.
      k8sTagClusterId: cluster.name,
      extraVolumeTags: { ...cluster.tags, [clusterTag]: cluster.name },
      serviceAccount: { create: true, name: ebsController.serviceAccount },
      env: identity.env,
      volumes: identity.volumes,
      volumeMounts: identity.volumeMounts,
      priorityClassName: "system-cluster-critical",
      ...controlPlaneOnly,
      topologySpreadConstraints: spread({ app: "ebs-csi-controller" }),
      ...each,
    },
    node: {
      tolerations: [onEveryNode],
      tolerateAllTaints: true,
      priorityClassName: "system-node-critical",
      enableWindows: false,
      // A pod's hops to the metadata service are one too many: nodes say of themselves what the driver needs.
      metadataSources: "kubernetes",
      ...each,
    },
    volumeSnapshotClasses: snapshots.enabled
      ? [
          {
            name: "ebs",
            deletionPolicy: snapshots.deletionPolicy,
            annotations: { "snapshot.storage.kubernetes.io/is-default-class": "true" },
          },
        ]
      : [],
    // A pod that only the chart's own tests use, from a registry of test images.
    helmTester: { enabled: false },
  };
}

/** Values of the snapshot controller's chart: with it come the resources that snapshots are asked for by. */
export function snapshotValues(controlPlane: { readonly members: number }) {
  const shared = {
    replicaCount: replicasOn(controlPlane),
    priorityClassName: "system-cluster-critical",
    ...controlPlaneOnly,
    resources: resources("10m", "32Mi", "128Mi"),
  };
  return {
    controller: { ...shared, topologySpreadConstraints: spread({ "app.kubernetes.io/name": "snapshot-controller" }) },
    webhook: shared,
  };
}

/**
 * What the driver may do: AWS' policy for one cluster among several (AmazonEBSCSIDriverEKSClusterScopedPolicy), without what
 * no setting here uses, on machines of the cluster, with its key.
 */
export function ebsStatements<Arn>(reach: Reach<Arn>, keyArn: Arn): readonly Statement<Arn>[] {
  const { cluster, region, partition } = reach;
  const volumes = reach.arn("ec2", "volume/*");
  const instances = reach.arn("ec2", "instance/*");
  // AWS names snapshots without an account.
  const snapshots = `arn:${partition}:ec2:${region}::snapshot/*`;
  const wanted = { StringEquals: { [`aws:RequestTag/${ownTag}`]: cluster } };
  const own = { StringEquals: { [`aws:ResourceTag/${ownTag}`]: cluster } };
  const allow = (
    Sid: string,
    Action: readonly string[],
    Resource: readonly (Arn | string)[],
    Condition: Statement<Arn>["Condition"] & object,
  ): Statement<Arn> => ({ Sid, Effect: "Allow", Action, Resource, Condition });
  const viaEc2 = { "kms:ViaService": viaService(region, "ec2") };
  return [
    reads("SeeVolumesAndMachines", reach, [
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeSnapshots",
      "ec2:DescribeTags",
      "ec2:DescribeVolumes",
      "ec2:DescribeVolumesModifications",
      "ec2:DescribeVolumeStatus",
    ]),
    allow("MakeTaggedVolumes", ["ec2:CreateVolume"], [volumes], wanted),
    allow("MakeVolumesFromOwnSnapshots", ["ec2:CreateVolume"], [snapshots], own),
    allow(
      "KeepOwnVolumes",
      ["ec2:AttachVolume", "ec2:CreateSnapshot", "ec2:DeleteVolume", "ec2:DetachVolume", "ec2:ModifyVolume"],
      [volumes],
      own,
    ),
    // Both ends of an attachment need leave.
    allow("AttachToOwnMachines", ["ec2:AttachVolume", "ec2:DetachVolume"], [instances], {
      StringEquals: { [`aws:ResourceTag/${clusterTag}`]: cluster },
    }),
    allow("MakeTaggedSnapshots", ["ec2:CreateSnapshot"], [snapshots], wanted),
    allow("DeleteOwnSnapshots", ["ec2:DeleteSnapshot"], [snapshots], own),
    allow("TagWhatIsBeingMade", ["ec2:CreateTags"], [volumes, snapshots], {
      StringEquals: { "ec2:CreateAction": ["CreateSnapshot", "CreateVolume"] },
    }),
    allow("UseDisksKey", ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"], [keyArn], {
      StringEquals: viaEc2,
    }),
    allow("LetEbsDecryptVolumes", ["kms:CreateGrant"], [keyArn], {
      Bool: { "kms:GrantIsForAWSResource": "true" },
      StringEquals: viaEc2,
    }),
  ];
}
