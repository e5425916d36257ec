/**
 * Purposes of all Allow statements: the calls that need the permission, and when they happen. IAM's own documents have no room
 * for them. docs/iam.md lists them, and a rehearsal prints those of statements that no call has used. The types of statements
 * accept only Sids of this table.
 */

/** Purposes by Sid; statements with the same Sid in several roles share one. */
export const statementPurposes = {
  // Every machine
  AssumeByEc2: "EC2 gives the instance its credentials",
  FetchNodeBundle: "every boot: the machine downloads the node bundle",
  DecryptNodeBundle: "every boot: S3 decrypts the node bundle",
  RegisterWithSessionManager:
    "the SSM agent registers the instance, for sessions and `holdfast tunnel`; rehearsals have no agent",
  OpenSessionChannels: "the SSM agent opens a session or `holdfast tunnel`; rehearsals have no agent",
  PublishMetrics: "timers publish the days that certificates are valid, and metrics of etcd and of backups",
  ReadParameters: "every boot and each rotation: the machine reads its keys, authorities or the join kubeconfig",
  DecryptParameters: "every boot and each rotation: SSM decrypts the SecureStrings that the machine reads",

  // Nodes: control plane and workers
  GetRegistryToken: "an image in ECR is pulled: kubelet's credential provider gets a token, every six hours",
  PullImages: "an image in ECR is pulled: containerd reads its manifest and layers",
  FillPullThroughCache:
    "first pull of an image by a pull-through cache rule: ECR creates the repository and imports the image",

  // Members of the control plane and of etcd; workers complete the launch hook only
  ControlOwnLifecycle:
    "workers end their launch hook once they have joined; members protect themselves from scale-in, and end their " +
    "termination hook once they have left in order",
  DescribeGroupsAndRefreshes: "members look every 30 s for a rollout of their group",
  MarkWorkersUnhealthy: "only if a worker stays broken: the control plane lets its group replace it",
  WriteSettledParameter: "only in a rotation of an authority or key: a member reports that a stage is complete",
  WriteJoinKubeconfig:
    "the control plane renews the join kubeconfig of workers, at its boot and before the token expires",
  EncryptJoinKubeconfig: "SSM encrypts the join kubeconfig that the control plane writes",
  ReadInstances: "the control plane compares requests for kubelets' serving certificates with their instances",
  WriteAuditRecords: "the control plane sends audit records to CloudWatch Logs",

  // Members of etcd
  AttachDataVolume: "first boot of a member's machine: attaches the member's data volume",
  AttachDataVolumeToInstance: "first boot of a member's machine: the other end of that attachment",
  DescribeVolumes: "first boot of a member's machine: waits until the data volume is free, then until it is attached",
  GrantDataVolumeKeyToEbs: "first boot of a member's machine: EBS gets a grant on the key of the encrypted data volume",
  DecryptDataVolume: "first boot of a member's machine: EBS decrypts the data key of the data volume",
  UpdateMemberDnsRecord: "boot of a member's machine with another address: updates the member's DNS name",
  ReadMarkersAndOwnBackups:
    "first boot: reads the marker of an existing cluster; later the restore test of the member's backups",
  ReadBackupToRestore: "only during a restore: every member reads the backup that `etcd.restore` names",
  WriteMarkersAndOwnBackups: "first boot of the cluster: writes the marker; then the leader uploads each backup",
  ListBackups:
    "S3 tells a member with this permission that a marker or backup does not exist, instead of refusing the read",
  UseBackupsKey: "S3 encrypts and decrypts markers and backups",
  ReadRestoreOrder: "members read the restore order every 15 s",

  // AWS cloud controller
  DescribeInstancesAndLoadBalancers:
    "the cloud controller initializes nodes, and compares load balancers with Services",
  CreateOwnLoadBalancers: "only for a Service of type LoadBalancer: the cloud controller creates its load balancer",
  TagLoadBalancersOnCreation: "only for a Service of type LoadBalancer: tags of the new load balancer",
  ManageOwnLoadBalancers:
    "only when a Service with a Network Load Balancer or its nodes change, or the Service is deleted",
  ManageOwnClassicLoadBalancers:
    "only when a Service with a Classic Load Balancer or its nodes change, or the Service is deleted",
  CreateOwnSecurityGroups: "only for a Service of type LoadBalancer: security group of its load balancer",
  TagSecurityGroupsOnCreation: "only for a Service of type LoadBalancer: tags of that security group",
  CreateSecurityGroupsInVpc:
    "only for a Service of type LoadBalancer: EC2 authorizes a new security group on its VPC too",
  ManageOwnSecurityGroups:
    "only when ports or sources of a Service of type LoadBalancer change, or the Service is deleted",

  // Add-ons with a role of their own
  AssumeByServiceAccount: "STS gives credentials to pods of exactly one ServiceAccount",
  DescribeGroupsAndInstanceTypes: "the Cluster Autoscaler reads groups and instance types in every scan",
  ScaleWorkerGroups: "only when the Cluster Autoscaler adds or removes workers",
  DescribeVolumesAndInstances: "the EBS CSI driver waits for volumes and snapshots, and finds their instances",
  CreateTaggedVolumes: "only when a PersistentVolumeClaim is bound: the EBS CSI driver creates or clones a volume",
  CreateVolumesFromOwnSnapshots: "only when a PersistentVolumeClaim names a VolumeSnapshot as its source",
  ManageOwnVolumes: "the EBS CSI driver attaches, detaches, resizes, clones, snapshots and deletes volumes of claims",
  AttachToClusterInstances: "a pod with a volume starts or ends: the other end of the attachment",
  CreateTaggedSnapshots: "only when a VolumeSnapshot is created",
  DeleteOwnSnapshots: "only when a VolumeSnapshot is deleted",
  TagOnCreation: "the EBS CSI driver tags new volumes and snapshots",
  UseDisksKey: "EC2 encrypts and decrypts volumes that the EBS CSI driver creates and attaches",
  GrantDisksKeyToEbs: "a pod with a volume starts: EBS gets a grant on the volume's key",
  ReceiveTerminationEvents: "the Node Termination Handler polls its queue",
  DescribeInstances: "the Node Termination Handler finds the node of an event",
  CompleteDrainHook: "only when a worker is terminated: the Node Termination Handler has drained it",
  FindHostedZones: "ExternalDNS looks for hosted zones",
  ChangeRecords: "ExternalDNS writes records of Services and Ingresses into the zones of the settings",

  // Services of AWS
  AssumeByFlowLogs: "VPC flow logs assume the role that writes them",
  WriteOwnLogGroup: "VPC flow logs write their records",
  FindLogGroup: "VPC flow logs look for the log group; AWS's documentation requires it",
  AssumeByS3: "S3 assumes the role that copies backups to the second region",
  ReadReplicationSource: "S3 reads the replication rules and lists the bucket",
  ReadObjectVersions: "S3 reads each new backup, to copy it",
  DecryptSource: "S3 decrypts a backup that it copies",
  WriteReplicas: "S3 writes copies of backups",
  EncryptReplicas: "S3 encrypts copies of backups",
  DeliverAccessLogs: "S3 delivers access logs",
  SendFromEventRules: "EventBridge sends terminations, spot interruptions and maintenance of instances to the queue",
  AssumeByScheduler: "EventBridge Scheduler assumes the role that starts rollouts",
  StartRollouts: "EventBridge Scheduler starts the rollouts of all groups in each maintenance window",
  PublishAlarms: "CloudWatch alarms notify the topic",
  PublicRead: "anybody, such as AWS STS, reads the public keys of ServiceAccount tokens",
  CloudFrontRead: "CloudFront serves the public keys of ServiceAccount tokens",

  // Key policies
  AdministerKey: "administrators of the account rotate, disable and delete the key; it gives no access to the data",
  UseThroughEC2:
    "IAM policies decide who uses the key, but only through EC2: members and the EBS CSI driver attach volumes",
  UseThroughS3: "IAM policies decide who uses the key, but only through S3: machines read and write objects",
  UseThroughParameterStore: "IAM policies decide who uses the key, but only for the cluster's parameters",
  GrantByAccount: "IAM policies decide who gives EBS a grant on the key, for encrypted volumes that are attached",
  UseByAutoScaling: "Auto Scaling launches instances with encrypted disks",
  GrantByAutoScaling: "Auto Scaling gives EBS a grant on the key, for disks of the instances that it launches",
  UseByCloudWatch: "CloudWatch encrypts notifications of alarms; it cannot use SNS's own key",
  UseByCloudWatchLogs: "CloudWatch Logs encrypts and decrypts the log group",
} as const;

/** Sid of an Allow statement. The settings write those of a tenant's ServiceAccount, `Permission1` and so on. */
export type AllowSid = keyof typeof statementPurposes | `Permission${number}`;

/** Purpose of a statement; undefined for a Sid that no statement of the program has. */
export function purposeOf(sid: string): string | undefined {
  if (/^Permission\d+$/.test(sid)) return "pods of a tenant, with `tenants.<name>.serviceAccounts.<name>.aws`";
  return (statementPurposes as Readonly<Record<string, string>>)[sid];
}
