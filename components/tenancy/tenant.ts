import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";

import type { IssuerIdentity } from "../access/serviceAccounts/issuer";
import { ServiceAccountRole } from "../access/serviceAccounts/serviceAccountRole";
import type { AwsAccount } from "../aws/account";
import type { ClusterSpec } from "../clusterSpec";
import { networkPolicies } from "./networkPolicies.plan";
import { limitRange, managed, namespaceMetadata, registrySecret, resourceQuotas } from "./objects.plan";
import { dockerConfig } from "./registries.plan";
import type { RegistryPasswords } from "./registries.plan";
import type { ResolvedTenant } from "./inheritance.plan";

export interface TenantArgs {
  readonly spec: ClusterSpec;
  readonly account: AwsAccount;
  /** Who vouches for service accounts towards AWS. */
  readonly issuer: IssuerIdentity;
  readonly tenant: ResolvedTenant;
  /** Secret. */
  readonly passwords: pulumi.Output<RegistryPasswords>;
}

/**
 * One tenant: its namespace, and everything that bounds what is in it. Names of its parts come after a dot, which no name of a
 * tenant has: no two tenants' parts share one.
 */
export class Tenant extends pulumi.ComponentResource {
  /** Name of the namespace, known once it is there. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: TenantArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Tenant", name, {}, options);
    this.namespace = this.makeNamespace(name, args).metadata.name;
    this.boundSizes(name, args);
    this.closeNetwork(name, args);
    const pullSecrets = this.keepCredentials(name, args);
    this.makeAccounts(name, args, pullSecrets);
    this.registerOutputs({ namespace: this.namespace });
  }

  /** With the namespace goes everything in it: in production that is no matter of a line deleted from the settings. */
  private makeNamespace(name: string, { tenant, spec }: TenantArgs): core.Namespace {
    return new core.Namespace(
      name,
      { metadata: namespaceMetadata(tenant, spec.kubernetesVersion) },
      { parent: this, protect: spec.protect, retainOnDelete: spec.protect },
    );
  }

  private metadata(objectName: string) {
    return { name: objectName, namespace: this.namespace, labels: { ...managed } };
  }

  private boundSizes(name: string, { tenant }: TenantArgs): void {
    for (const quota of resourceQuotas(tenant)) {
      new core.ResourceQuota(
        `${name}.quota-${quota.name}`,
        { metadata: this.metadata(quota.name), spec: quota.spec },
        { parent: this },
      );
    }
    new core.LimitRange(
      `${name}.limits`,
      { metadata: this.metadata("limits"), spec: limitRange(tenant) },
      { parent: this },
    );
  }

  private closeNetwork(name: string, { tenant, spec }: TenantArgs): void {
    for (const policy of networkPolicies(tenant, { vpcCidr: spec.network.vpc.cidr })) {
      new networking.NetworkPolicy(
        `${name}.${policy.name}`,
        { metadata: this.metadata(policy.name), spec: policy.spec },
        { parent: this },
      );
    }
  }

  private keepCredentials(name: string, { tenant, spec, passwords }: TenantArgs): readonly pulumi.Output<string>[] {
    return tenant.registries.flatMap((registry) => {
      const registrySpec = spec.registries[registry];
      if (registrySpec === undefined) return [];
      const content = passwords.apply((all) => dockerConfig(registrySpec, all[registry] ?? ""));
      const secret = new core.Secret(
        `${name}.${registrySecret(registry)}`,
        {
          metadata: this.metadata(registrySecret(registry)),
          type: "kubernetes.io/dockerconfigjson",
          stringData: { ".dockerconfigjson": pulumi.secret(content) },
        },
        { parent: this },
      );
      return [secret.metadata.name];
    });
  }

  private makeAccounts(name: string, args: TenantArgs, pullSecrets: readonly pulumi.Output<string>[]): void {
    const imagePullSecrets = pullSecrets.map((secret) => ({ name: secret }));
    // Kubernetes makes this account itself; whoever runs as it gets images, and no token.
    new core.ServiceAccountPatch(
      `${name}.default`,
      {
        metadata: { ...this.metadata("default"), annotations: { "pulumi.com/patchForce": "true" } },
        automountServiceAccountToken: false,
        imagePullSecrets,
      },
      { parent: this },
    );
    for (const [account, spec] of Object.entries(args.tenant.serviceAccounts)) {
      const role = spec.aws.length > 0 ? this.takeRole(name, args, account) : undefined;
      new core.ServiceAccount(
        `${name}.account-${account}`,
        {
          metadata: {
            ...this.metadata(account),
            // What tools know a service account's role by.
            ...(role && { annotations: { "eks.amazonaws.com/role-arn": role.roleArn } }),
          },
          automountServiceAccountToken: spec.mountToken,
          imagePullSecrets,
        },
        { parent: this },
      );
    }
  }

  private takeRole(
    name: string,
    { spec, account, issuer, tenant }: TenantArgs,
    serviceAccount: string,
  ): ServiceAccountRole {
    const permissions = tenant.serviceAccounts[serviceAccount]?.aws ?? [];
    return new ServiceAccountRole(
      `${name}.${serviceAccount}`,
      {
        cluster: spec.name,
        account,
        issuer,
        namespace: tenant.name,
        serviceAccount,
        policy: permissions.map(({ actions, resources }, index) => ({
          Sid: `Permission${index + 1}`,
          Effect: "Allow",
          Action: [...actions],
          Resource: [...resources],
        })),
      },
      { parent: this },
    );
  }
}
