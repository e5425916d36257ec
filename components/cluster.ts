import * as pulumi from "@pulumi/pulumi";

import { AdmissionRules } from "./access/admission/admissionRules";
import { AuditLog } from "./access/audit/auditLog";
import { EncryptionKeys } from "./access/encryption/encryptionKeys";
import { Issuer } from "./access/serviceAccounts/issuer";
import { Roles } from "./access/rbac/roles";
import { awsAccount } from "./aws/account";
import type { AwsAccount } from "./aws/account";
import { AlarmTopic } from "./alarms/alarmTopic";
import { apiUrl, urlOf } from "./api/address.plan";
import { ApiEndpoint } from "./api/apiEndpoint";
import type { ClusterSpec } from "./clusterSpec";
import { ControlPlane } from "./controlPlane/controlPlane";
import { Etcd } from "./etcd/etcd";
import { Firewall } from "./firewall/firewall";
import { InterfaceEndpoints } from "./network/interfaceEndpoints";
import { Network } from "./network/network";
import { DiskEncryption } from "./machines/diskEncryption";
import type { MachineBasis } from "./machines/machineBasis";
import { NodeBundle } from "./node/nodeBundle";
import { watchCertificates } from "./pki/expiryAlarms";
import type { AuthorityKeys } from "./pki/authority";
import { Pki } from "./pki/pki";
import { ClusterAccess } from "./api/clusterAccess";
import { Controllers } from "./addons/controllers";
import { Platform } from "./addons/platform";
import { AccessLogs } from "./aws/accessLogs";
import type { RegistryPasswords } from "./tenancy/registries.plan";
import { Tenancy } from "./tenancy/tenancy";
import { Workers } from "./workers/workers";

export interface ClusterArgs {
  readonly spec: ClusterSpec;
  /** URL at which a tunnel to the API ends on this machine; absent: the API is reached at its own address. */
  readonly apiTunnel?: string | undefined;
  /** Passwords of `spec.registries`, by name; made a secret. Absent: there are none. */
  readonly registryPasswords?: pulumi.Input<RegistryPasswords> | undefined;
  /** Keys of the organisation's own authorities by `<authority>-<generation>`, in PEM; a secret. */
  readonly authorityKeys?: AuthorityKeys;
}

/** What of a cluster is made inside it, through its API. */
interface Inside {
  readonly access: ClusterAccess;
  readonly platform: Platform;
  readonly controllers: Controllers;
}

/** A Kubernetes cluster: all of its parts, in the order in which each needs those before it. */
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
  /** Absent with `platform.enabled: false`. */
  readonly inside: Inside | undefined;
  /** URL of the API inside the VPC. */
  readonly apiUrl: string;
  /** URL of the internet-facing address, where the settings ask for one. */
  readonly publicApiUrl: string | undefined;

  constructor(
    name: string,
    { spec, apiTunnel, authorityKeys, registryPasswords = {} }: ClusterArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    // Policies judge the version; the rest of the specification shows in what is made of it.
    super("holdfast:index:Cluster", name, { kubernetesVersion: spec.kubernetesVersion }, options);
    const account = awsAccount(spec.region, { parent: this });
    this.apiUrl = apiUrl(spec.domain);
    this.publicApiUrl = spec.api.public && urlOf(spec.api.public.name);

    this.network = this.connect(name, spec, account);
    this.firewall = this.closeNetwork(name, spec);
    const endpoints = this.reachAws(name, spec, account);
    this.pki = this.issueAuthorities(name, spec, account, authorityKeys);
    this.api = this.balanceApi(name, spec);

    const accessLogs = this.logAccess(name, spec, account);
    this.issuer = this.publishIssuer(name, spec, accessLogs);
    this.bundle = this.publishBundle(name, spec, account, accessLogs);
    const watched = this.watchApi(name, spec, account);
    const bootAfter = [this.network, this.firewall, ...endpoints, this.pki, ...watched, this.api];
    const basis = this.prepareMachines(name, spec, account, bootAfter);
    this.alarms = this.tellPeople(name, spec, account);
    watchCertificates(`${name}-pki-alarm`, { spec, topicArn: this.alarms.topicArn }, this.alarms);
    this.etcd = this.keepState(name, basis, accessLogs);
    this.controlPlane = this.runControlPlane(name, basis);
    this.workers = this.runWorkers(name, basis);
    this.inside = spec.platform.enabled ? this.furnish(name, basis, apiTunnel) : undefined;
    if (this.inside) this.admitPeople(name, spec, account, this.inside, registryPasswords);

    this.registerOutputs({ apiUrl: this.apiUrl, vpcId: this.network.vpcId });
  }

  private connect(name: string, spec: ClusterSpec, account: AwsAccount): Network {
    return new Network(
      `${name}-network`,
      { cluster: spec.name, account, domain: spec.domain, spec: spec.network, protect: spec.protect },
      { parent: this },
    );
  }

  private closeNetwork(name: string, spec: ClusterSpec): Firewall {
    const { vpcId, s3PrefixListId } = this.network;
    return new Firewall(`${name}-firewall`, { spec, vpcId, s3PrefixListId }, { parent: this });
  }

  private reachAws(name: string, spec: ClusterSpec, account: AwsAccount): readonly InterfaceEndpoints[] {
    if (!spec.network.interfaceEndpoints) return [];
    const { vpcId, privateSubnetIds: subnetIds } = this.network;
    const securityGroupId = this.firewall.groupId("endpoints");
    return [
      new InterfaceEndpoints(
        `${name}-endpoints`,
        { cluster: spec.name, account, vpcId, subnetIds, securityGroupId },
        { parent: this },
      ),
    ];
  }

  private issueAuthorities(name: string, spec: ClusterSpec, account: AwsAccount, authorityKeys?: AuthorityKeys): Pki {
    const { name: cluster, pki, protect } = spec;
    return new Pki(
      `${name}-pki`,
      { cluster, account, apiUrl: this.apiUrl, spec: pki, protect, ...(authorityKeys && { authorityKeys }) },
      { parent: this },
    );
  }

  private balanceApi(name: string, spec: ClusterSpec): ApiEndpoint {
    const { vpcId, hostedZoneId, privateSubnetIds, publicSubnetIds } = this.network;
    const facing = spec.api.public;
    return new ApiEndpoint(
      `${name}-api`,
      {
        cluster: spec.name,
        domain: spec.domain,
        hostedZoneId,
        vpcId,
        privateSubnetIds,
        securityGroupId: this.firewall.groupId("apiLoadBalancer"),
        ...(facing && {
          public: {
            name: facing.name,
            hostedZoneId: facing.hostedZoneId,
            subnetIds: publicSubnetIds,
            securityGroupId: this.firewall.groupId("publicApiLoadBalancer"),
          },
        }),
        protect: spec.protect,
      },
      { parent: this },
    );
  }

  private logAccess(name: string, { name: cluster, protect }: ClusterSpec, account: AwsAccount): AccessLogs {
    return new AccessLogs(`${name}-access-logs`, { cluster, account, protect }, { parent: this });
  }

  private publishIssuer(name: string, { name: cluster, protect }: ClusterSpec, logs: AccessLogs): Issuer {
    const publicKeys = this.pki.serviceAccountPublicKeys;
    return new Issuer(
      `${name}-issuer`,
      { cluster, publicKeys, accessLogsBucket: logs.bucketName, protect },
      { parent: this },
    );
  }

  /** Keys that keep what the API keeps, and the log of what is asked of it. */
  private watchApi(name: string, spec: ClusterSpec, account: AwsAccount): readonly pulumi.Resource[] {
    const { name: cluster, protect } = spec;
    const { encryption, audit } = spec.access;
    const { secretsKeyArn } = this.pki;
    const keys = new EncryptionKeys(
      `${name}-encryption`,
      { cluster, names: encryption.keys, secretsKeyArn, protect },
      { parent: this },
    );
    if (!audit.cloudWatch.enabled) return [keys];
    const { retentionDays } = audit.cloudWatch;
    return [keys, new AuditLog(`${name}-audit`, { cluster, account, retentionDays, protect }, { parent: this })];
  }

  private publishBundle(name: string, spec: ClusterSpec, account: AwsAccount, logs: AccessLogs): NodeBundle {
    return new NodeBundle(`${name}-node`, { spec, account, accessLogsBucket: logs.bucketName }, { parent: this });
  }

  private prepareMachines(
    name: string,
    spec: ClusterSpec,
    account: AwsAccount,
    bootAfter: readonly pulumi.Resource[],
  ): MachineBasis {
    const { name: cluster, protect } = spec;
    const disks = new DiskEncryption(`${name}-disks`, { cluster, account, protect }, { parent: this });
    const parameters = { prefix: this.pki.parameterPrefix, secretsKeyArn: this.pki.secretsKeyArn };
    return { spec, account, bundle: this.bundle, disks, parameters, bootAfter };
  }

  private tellPeople(name: string, spec: ClusterSpec, account: AwsAccount): AlarmTopic {
    return new AlarmTopic(`${name}-alarms`, { cluster: spec.name, account, spec: spec.alarms }, { parent: this });
  }

  private keepState(name: string, basis: MachineBasis, logs: AccessLogs): Etcd {
    const { groupIds } = this.firewall;
    return new Etcd(
      `${name}-etcd`,
      {
        basis,
        subnetIds: this.network.privateSubnetIds,
        securityGroupIds: groupIds.etcd === undefined ? [] : [groupIds.etcd],
        hostedZoneId: this.network.hostedZoneId,
        accessLogsBucket: logs.bucketName,
        alarmTopicArn: this.alarms.topicArn,
      },
      { parent: this },
    );
  }

  private runControlPlane(name: string, basis: MachineBasis): ControlPlane {
    return new ControlPlane(
      `${name}-control-plane`,
      {
        basis,
        subnetIds: this.network.privateSubnetIds,
        securityGroupIds: [this.firewall.groupId("controlPlane")],
        targetGroupArns: this.api.targetGroupArns,
        etcd: this.etcd.identity,
        serviceAccountIssuer: this.issuer.url,
      },
      { parent: this },
    );
  }

  private runWorkers(name: string, basis: MachineBasis): Workers {
    return new Workers(
      `${name}-workers`,
      { basis, subnetIds: this.network.privateSubnetIds, securityGroupIds: [this.firewall.groupId("workers")] },
      { parent: this },
    );
  }

  private furnish(name: string, { spec, account, disks }: MachineBasis, tunnel: string | undefined): Inside {
    const access = new ClusterAccess(
      `${name}-access`,
      {
        spec,
        kubeconfig: this.pki.adminKubeconfig,
        controlPlane: this.controlPlane.groupArns,
        after: [this.controlPlane, this.workers],
        tunnel,
      },
      { parent: this },
    );
    const platform = new Platform(
      `${name}-platform`,
      { spec },
      { parent: this, providers: { kubernetes: access.provider } },
    );
    const controllers = new Controllers(
      `${name}-controllers`,
      { spec, account, issuer: this.issuer, disksKeyArn: disks.keyArn, groupNames: this.workers.groupNames },
      { parent: this, providers: { kubernetes: access.provider }, dependsOn: [...platform.schedulable] },
    );
    if (Object.keys({ ...spec.access.admission.policies, ...spec.access.admission.webhooks }).length > 0) {
      new AdmissionRules(
        `${name}-admission`,
        { spec: spec.access.admission },
        // What the platform itself brings is not to wait for what may be asked of it.
        { parent: this, providers: { kubernetes: access.provider }, dependsOn: [platform, controllers] },
      );
    }
    return { access, platform, controllers };
  }

  private admitPeople(
    name: string,
    spec: ClusterSpec,
    account: AwsAccount,
    { access }: Inside,
    passwords: pulumi.Input<RegistryPasswords>,
  ): void {
    const options = { parent: this, providers: { kubernetes: access.provider } };
    const tenancy = new Tenancy(`${name}-tenancy`, { spec, account, issuer: this.issuer, passwords }, options);
    new Roles(`${name}-roles`, { spec, namespaces: tenancy.namespaces }, options);
  }
}
