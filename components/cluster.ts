import * as pulumi from "@pulumi/pulumi";

import { AdmissionRules } from "./access/admission/admissionRules";
import { AuditLog } from "./access/audit/auditLog";
import { EncryptionKeys } from "./access/encryption/encryptionKeys";
import { Issuer } from "./access/serviceAccounts/issuer";
import { Roles } from "./access/rbac/roles";
import { fetchAwsAccount } from "./aws/awsAccount";
import type { AwsAccount } from "./aws/awsAccount";
import { AlarmTopic } from "./alarms/alarmTopic";
import { apiUrl, urlOf } from "./api/address.plan";
import { ApiEndpoint } from "./api/apiEndpoint";
import type { ClusterSpec } from "./clusterSpec";
import { createControlPlaneAlarms } from "./controlPlane/alarms";
import { ControlPlane } from "./controlPlane/controlPlane";
import type { ControlPlaneArgs } from "./controlPlane/controlPlane";
import { Etcd } from "./etcd/etcd";
import type { EtcdArgs } from "./etcd/etcd";
import type { Member } from "./etcd/members.plan";
import { createMembersParameter } from "./etcd/membersParameter";
import { PullThroughCache } from "./ecr/pullThroughCache";
import { Firewall } from "./firewall/firewall";
import { InterfaceEndpoints } from "./network/interfaceEndpoints";
import { MaintenanceWindows } from "./maintenance/maintenanceWindows";
import { Network } from "./network/network";
import { DiskEncryption } from "./machines/diskEncryption";
import { instanceAccess } from "./machines/instanceAccess";
import { NodeBundle } from "./node/nodeBundle";
import { createPkiAlarms } from "./pki/alarms";
import type { AuthorityKeys } from "./pki/authority";
import { Pki } from "./pki/pki";
import { ClusterAccess } from "./api/clusterAccess";
import { Addons } from "./addons/addons";
import { AccessLogs } from "./aws/accessLogs";
import type { RegistryPasswords } from "./tenancy/registries.plan";
import { Tenancy } from "./tenancy/tenancy";
import { Workers } from "./workers/workers";

export interface ClusterArgs {
  readonly spec: ClusterSpec;
  /** URL of a tunnel's local proxy. Default: no tunnel. */
  readonly apiTunnel?: string;
  /** Passwords of `spec.registries` by name; become secrets. Default: none. */
  readonly registryPasswords?: pulumi.Input<RegistryPasswords>;
  /** Keys of the user's own authorities by `<authority>-<generation>`, in PEM; a secret. Default: none. */
  readonly authorityKeys?: AuthorityKeys;
  /** Members of etcd that have left, whose data volumes stay. Default: none. */
  readonly retainedVolumes?: readonly Member[];
}

/** Resources inside the cluster, created through its API. */
interface Inside {
  readonly access: ClusterAccess;
  readonly addons: Addons;
}

/** Arguments that the control plane, etcd and the workers share. */
type Machines = Pick<ControlPlaneArgs, "spec" | "access" | "bundle" | "disks" | "subnetIds" | "bootAfter">;

/** Kubernetes cluster. The constructor creates its parts in the order of their dependencies. */
export class Cluster extends pulumi.ComponentResource {
  readonly network: Network;
  readonly firewall: Firewall;
  readonly pki: Pki;
  readonly api: ApiEndpoint;
  readonly issuer: Issuer;
  readonly bundle: NodeBundle;
  readonly alarms: AlarmTopic;
  readonly etcd: Etcd;
  readonly controlPlane: ControlPlane;
  readonly workers: Workers;
  /** Absent with `addons.enabled: false`. */
  readonly inside: Inside | undefined;
  /** URL of the API inside the VPC. */
  readonly apiUrl: string;
  /** URL of the internet-facing address; only with `api.public`. */
  readonly publicApiUrl: string | undefined;

  constructor(
    name: string,
    { spec, apiTunnel, authorityKeys, registryPasswords = {}, retainedVolumes = [] }: ClusterArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    // Input of the policy on Kubernetes versions; the other policies check resources.
    super("holdfast:index:Cluster", name, { kubernetesVersion: spec.kubernetesVersion }, options);
    const awsAccount = fetchAwsAccount(spec.region, { parent: this });
    this.apiUrl = apiUrl(spec.domain);
    this.publicApiUrl = spec.api.public && urlOf(spec.api.public.name);

    this.network = this.createNetwork(name, spec, awsAccount);
    this.firewall = this.createFirewall(name, spec);
    const endpoints = this.createInterfaceEndpoints(name, spec, awsAccount);
    this.pki = this.createPki(name, spec, awsAccount, authorityKeys);
    this.api = this.createApiEndpoint(name, spec);

    const accessLogs = this.createAccessLogs(name, spec, awsAccount);
    this.issuer = this.createIssuer(name, spec, awsAccount, accessLogs);
    this.bundle = this.createNodeBundle(name, spec, awsAccount, accessLogs);
    const encryptionKeys = this.createEncryptionKeys(name, spec);
    const auditLog = this.createAuditLog(name, spec, awsAccount);
    const members = createMembersParameter(`${name}-members`, spec, this);
    const secrets = [this.pki, encryptionKeys];
    const cache = this.createPullThroughCache(name, spec);
    const bootAfter = [this.network, this.firewall, ...endpoints, ...secrets, ...auditLog, this.api, members, ...cache];
    const machines = this.machineArguments(name, spec, awsAccount, bootAfter);
    this.alarms = this.createAlarmTopic(name, spec, awsAccount);
    createPkiAlarms(`${name}-pki`, { spec, topicArn: this.alarms.topicArn }, this.pki);
    this.etcd = this.createEtcd(name, awsAccount, { ...machines, retainedVolumes }, accessLogs);
    this.controlPlane = this.createControlPlane(name, machines);
    createControlPlaneAlarms(`${name}-control-plane`, { spec, topicArn: this.alarms.topicArn }, this.controlPlane);
    this.workers = this.createWorkers(name, machines);
    this.createMaintenanceWindows(name, spec, awsAccount);
    this.inside = spec.addons.enabled ? this.createAddons(name, awsAccount, machines, apiTunnel) : undefined;
    if (this.inside) this.createTenancy(name, spec, awsAccount, this.inside, registryPasswords);

    this.registerOutputs({ apiUrl: this.apiUrl, vpcId: this.network.vpcId });
  }

  private createNetwork(name: string, spec: ClusterSpec, awsAccount: AwsAccount): Network {
    return new Network(
      `${name}-network`,
      { cluster: spec.name, awsAccount, domain: spec.domain, spec: spec.network, protect: spec.protect },
      { parent: this },
    );
  }

  private createFirewall(name: string, spec: ClusterSpec): Firewall {
    const { vpcId, s3PrefixListId } = this.network;
    return new Firewall(`${name}-firewall`, { spec, vpcId, s3PrefixListId }, { parent: this });
  }

  private createInterfaceEndpoints(
    name: string,
    spec: ClusterSpec,
    awsAccount: AwsAccount,
  ): readonly InterfaceEndpoints[] {
    if (!spec.network.interfaceEndpoints) return [];
    const { vpcId, privateSubnetIds: subnetIds } = this.network;
    const securityGroupId = this.firewall.groupId("endpoints");
    return [
      new InterfaceEndpoints(
        `${name}-endpoints`,
        { cluster: spec.name, awsAccount, vpcId, subnetIds, securityGroupId },
        { parent: this },
      ),
    ];
  }

  private createPki(name: string, spec: ClusterSpec, awsAccount: AwsAccount, authorityKeys?: AuthorityKeys): Pki {
    const { name: cluster, pki, protect } = spec;
    return new Pki(
      `${name}-pki`,
      { cluster, awsAccount, apiUrl: this.apiUrl, spec: pki, protect, authorityKeys },
      { parent: this },
    );
  }

  private createApiEndpoint(name: string, spec: ClusterSpec): ApiEndpoint {
    const { vpcId, hostedZoneId, privateSubnetIds, publicSubnetIds } = this.network;
    const publicAddress = spec.api.public;
    return new ApiEndpoint(
      `${name}-api`,
      {
        cluster: spec.name,
        domain: spec.domain,
        hostedZoneId,
        vpcId,
        privateSubnetIds,
        securityGroupId: this.firewall.groupId("api-load-balancer"),
        public: publicAddress && {
          name: publicAddress.name,
          hostedZoneId: publicAddress.hostedZoneId,
          subnetIds: publicSubnetIds,
          securityGroupId: this.firewall.groupId("public-api-load-balancer"),
        },
        protect: spec.protect,
      },
      { parent: this },
    );
  }

  private createAccessLogs(name: string, { name: cluster, protect }: ClusterSpec, awsAccount: AwsAccount): AccessLogs {
    return new AccessLogs(`${name}-access-logs`, { cluster, awsAccount, protect }, { parent: this });
  }

  private createIssuer(name: string, spec: ClusterSpec, awsAccount: AwsAccount, logs: AccessLogs): Issuer {
    const { name: cluster, protect } = spec;
    const host = spec.access.serviceAccountIssuer;
    const publicKeys = this.pki.serviceAccountPublicKeys;
    return new Issuer(
      `${name}-issuer`,
      { cluster, awsAccount, host, publicKeys, accessLogsBucket: logs.bucketName, protect },
      { parent: this },
    );
  }

  private createEncryptionKeys(name: string, { name: cluster, protect, access }: ClusterSpec): EncryptionKeys {
    const { secretsKeyArn } = this.pki;
    const { keys: names } = access.encryption;
    return new EncryptionKeys(`${name}-encryption`, { cluster, names, secretsKeyArn, protect }, { parent: this });
  }

  private createAuditLog(name: string, spec: ClusterSpec, awsAccount: AwsAccount): readonly AuditLog[] {
    const { name: cluster, protect } = spec;
    const { enabled, retentionDays } = spec.access.audit.cloudWatch;
    if (!enabled) return [];
    return [new AuditLog(`${name}-audit`, { cluster, awsAccount, retentionDays, protect }, { parent: this })];
  }

  private createNodeBundle(name: string, spec: ClusterSpec, awsAccount: AwsAccount, logs: AccessLogs): NodeBundle {
    return new NodeBundle(`${name}-node`, { spec, awsAccount, accessLogsBucket: logs.bucketName }, { parent: this });
  }

  private createPullThroughCache(name: string, { nodes }: ClusterSpec): readonly PullThroughCache[] {
    const rules = nodes.ecr.pullThroughCache;
    if (!Object.values(rules).some(({ create }) => create)) return [];
    return [new PullThroughCache(`${name}-pull-through-cache`, { rules }, { parent: this })];
  }

  private machineArguments(
    name: string,
    spec: ClusterSpec,
    awsAccount: AwsAccount,
    bootAfter: readonly pulumi.Resource[],
  ): Machines {
    const { name: cluster, protect } = spec;
    const { bundle } = this;
    const disks = new DiskEncryption(`${name}-disks`, { cluster, awsAccount, protect }, { parent: this });
    const access = instanceAccess({ spec, awsAccount, bundle, secretsKeyArn: this.pki.secretsKeyArn });
    return { spec, access, bundle, disks, subnetIds: this.network.privateSubnetIds, bootAfter };
  }

  private createAlarmTopic(name: string, spec: ClusterSpec, awsAccount: AwsAccount): AlarmTopic {
    return new AlarmTopic(`${name}-alarms`, { cluster: spec.name, awsAccount, spec: spec.alarms }, { parent: this });
  }

  private createEtcd(
    name: string,
    awsAccount: AwsAccount,
    machines: Machines & Pick<EtcdArgs, "retainedVolumes">,
    logs: AccessLogs,
  ): Etcd {
    const { groupIds } = this.firewall;
    return new Etcd(
      `${name}-etcd`,
      {
        ...machines,
        awsAccount,
        securityGroupIds: groupIds.etcd === undefined ? [] : [groupIds.etcd],
        hostedZoneId: this.network.hostedZoneId,
        accessLogsBucket: logs.bucketName,
        alarmTopicArn: this.alarms.topicArn,
      },
      { parent: this },
    );
  }

  private createControlPlane(name: string, machines: Machines): ControlPlane {
    return new ControlPlane(
      `${name}-control-plane`,
      {
        ...machines,
        securityGroupIds: [this.firewall.groupId("control-plane")],
        targetGroupArns: this.api.targetGroupArns,
        etcd: this.etcd,
        serviceAccountIssuer: this.issuer.url,
      },
      { parent: this },
    );
  }

  private createWorkers(name: string, machines: Machines): Workers {
    return new Workers(
      `${name}-workers`,
      { ...machines, securityGroupIds: [this.firewall.groupId("worker")] },
      { parent: this },
    );
  }

  private createMaintenanceWindows(name: string, spec: ClusterSpec, awsAccount: AwsAccount): void {
    if (spec.maintenance.windows.length === 0) return;
    const groups = [this.etcd, this.controlPlane, this.workers];
    const alarmTopicArn = this.alarms.topicArn;
    new MaintenanceWindows(`${name}-maintenance`, { spec, awsAccount, alarmTopicArn, groups }, { parent: this });
  }

  private createAddons(
    name: string,
    awsAccount: AwsAccount,
    { spec, disks }: Machines,
    tunnel: string | undefined,
  ): Inside {
    const access = new ClusterAccess(
      `${name}-access`,
      {
        spec,
        kubeconfig: this.pki.adminKubeconfig,
        controlPlaneGroupArns: this.controlPlane.groupArns,
        after: [this.controlPlane, this.workers],
        tunnel,
      },
      { parent: this },
    );
    const providers = { kubernetes: access.provider };
    const { groupNames } = this.workers;
    const addons = new Addons(
      `${name}-addons`,
      { spec, awsAccount: awsAccount, issuer: this.issuer, disksKeyArn: disks.keyArn, groupNames },
      { parent: this, providers },
    );
    const { admission } = spec.access;
    if (Object.keys({ ...admission.policies, ...admission.webhooks }).length > 0) {
      // After the add-ons: admission policies could refuse their objects.
      new AdmissionRules(`${name}-admission`, { spec: admission }, { parent: this, providers, dependsOn: [addons] });
    }
    return { access, addons };
  }

  private createTenancy(
    name: string,
    spec: ClusterSpec,
    awsAccount: AwsAccount,
    { access }: Inside,
    passwords: pulumi.Input<RegistryPasswords>,
  ): void {
    const options = { parent: this, providers: { kubernetes: access.provider } };
    const tenancy = new Tenancy(`${name}-tenancy`, { spec, awsAccount, issuer: this.issuer, passwords }, options);
    new Roles(`${name}-roles`, { spec, namespaces: tenancy.namespaces }, options);
  }
}
