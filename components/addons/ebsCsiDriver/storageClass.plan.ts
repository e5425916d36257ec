import type { EbsCsiDriverSpec } from "./settings";

/** StorageClass of encrypted gp3 volumes. */
export function storageClass<Arn>(settings: EbsCsiDriverSpec["storageClass"], keyArn: Arn) {
  return {
    metadata: {
      name: settings.name,
      annotations: { "storageclass.kubernetes.io/is-default-class": String(settings.isDefault) },
    },
    provisioner: "ebs.csi.aws.com",
    parameters: {
      type: "gp3",
      encrypted: "true",
      kmsKeyId: keyArn,
      iops: String(settings.iops),
      throughput: String(settings.throughputMiBps),
      "csi.storage.k8s.io/fstype": settings.fileSystem,
    },
    reclaimPolicy: settings.reclaimPolicy,
    // A volume is bound to a zone: create it in the zone of the scheduled pod.
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
  };
}
