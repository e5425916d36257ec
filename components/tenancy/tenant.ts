import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";

import type { IssuerIdentity } from "../access/serviceAccounts/issuer";
import { ServiceAccountRole } from "../access/serviceAccounts/serviceAccountRole";
import type { AwsAccount } from "../aws/awsAccount";
import type { ClusterSpec } from "../clusterSpec";
import { vpcRanges } from "../network/vpcRanges.plan";
import type { ResolvedTenant } from "./inheritance.plan";
import { limitRange } from "./limits.plan";
import { managed, namespaceMetadata } from "./namespace.plan";
import { networkPolicies } from "./networkPolicies.plan";
import { resourceQuotas } from "./quotas.plan";
import { dockerConfig, registrySecret } from "./registries.plan";
import type { RegistryPasswords } from "./registries.plan";

type PullSecret = { readonly name: pulumi.Output<string> };

export interface TenantArgs {
  readonly spec: ClusterSpec;
  readonly awsAccount: AwsAccount;
  /** OpenID Connect issuer of ServiceAccount tokens, which AWS trusts. */
  readonly issuer: IssuerIdentity;
  readonly tenant: ResolvedTenant;
  /** Passwords of registries by name; secret. */
  readonly passwords: pulumi.Output<RegistryPasswords>;
}

/**
 * One tenant: its namespace with quotas, limits, network policies, registry credentials and ServiceAccounts. Resource names
 * separate the tenant by a dot, which tenant names cannot contain, so that they are unique.
 */
export class Tenant extends pulumi.ComponentResource {
  /** Name of the namespace, known once it exists. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: TenantArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Tenant", name, {}, options);
    this.namespace = this.createNamespace(name, args).metadata.name;
    this.createQuotas(name, args);
    this.createNetworkPolicies(name, args);
    const imagePullSecrets = this.createPullSecrets(name, args);
    this.createServiceAccounts(name, args, imagePullSecrets);
    this.registerOutputs({ namespace: this.namespace });
  }

  /** Protected in production: deletion of a namespace deletes everything in it. */
  private createNamespace(name: string, { tenant, spec }: TenantArgs): core.Namespace {
    return new core.Namespace(
      name,
      { metadata: namespaceMetadata(tenant, spec.kubernetesVersion) },
      { parent: this, protect: spec.protect, retainOnDelete: spec.protect },
    );
  }

  private metadata(objectName: string) {
    return { name: objectName, namespace: this.namespace, labels: managed };
  }

  private createQuotas(name: string, { tenant }: TenantArgs): void {
    for (const quota of resourceQuotas(tenant)) {
      new core.ResourceQuota(
        `${name}.quota-${quota.name}`,
        { metadata: this.metadata(quota.name), spec: quota.spec },
        { parent: this },
      );
    }
    new core.LimitRange(
      `${name}.limits`,
      { metadata: this.metadata("limits"), spec: limitRange(tenant.limits) },
      { parent: this },
    );
  }

  private createNetworkPolicies(name: string, { tenant, spec }: TenantArgs): void {
    for (const policy of networkPolicies(tenant, vpcRanges(spec.network.vpc))) {
      new networking.NetworkPolicy(
        `${name}.${policy.name}`,
        { metadata: this.metadata(policy.name), spec: { podSelector: {}, ...policy.spec } },
        { parent: this },
      );
    }
  }

  private createPullSecrets(name: string, { tenant, spec, passwords }: TenantArgs): PullSecret[] {
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
      return [{ name: secret.metadata.name }];
    });
  }

  private createServiceAccounts(name: string, args: TenantArgs, imagePullSecrets: PullSecret[]): void {
    // Kubernetes creates this ServiceAccount; its pods pull images and get no token.
    new core.ServiceAccountPatch(
      `${name}.default`,
      {
        metadata: { ...this.metadata("default"), annotations: { "pulumi.com/patchForce": "true" } },
        automountServiceAccountToken: false,
        imagePullSecrets,
      },
      { parent: this },
    );
    for (const [serviceAccount, spec] of Object.entries(args.tenant.serviceAccounts)) {
      const role = spec.aws.length > 0 ? this.createRole(name, args, serviceAccount) : undefined;
      new core.ServiceAccount(
        `${name}.service-account-${serviceAccount}`,
        {
          metadata: {
            ...this.metadata(serviceAccount),
            // Tools identify the IAM role by this annotation.
            annotations: role && { "eks.amazonaws.com/role-arn": role.roleArn },
          },
          automountServiceAccountToken: spec.mountToken,
          imagePullSecrets,
        },
        { parent: this },
      );
    }
  }

  private createRole(
    name: string,
    { spec, awsAccount, issuer, tenant }: TenantArgs,
    serviceAccount: string,
  ): ServiceAccountRole {
    const permissions = tenant.serviceAccounts[serviceAccount]?.aws ?? [];
    return new ServiceAccountRole(
      `${name}.${serviceAccount}`,
      {
        cluster: spec.name,
        awsAccount,
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
