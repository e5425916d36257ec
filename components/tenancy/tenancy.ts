import * as admission from "@pulumi/kubernetes/admissionregistration/v1";
import * as scheduling from "@pulumi/kubernetes/scheduling/v1";
import * as pulumi from "@pulumi/pulumi";

import type { IssuerIdentity } from "../access/serviceAccounts/issuer";
import { replacedPriorityClass } from "../addons/priorityClasses/priorityClasses";
import type { AwsAccount } from "../aws/awsAccount";
import type { ClusterSpec } from "../clusterSpec";
import { tenantAdmissionPolicies } from "./admissionPolicies.plan";
import { resolveTenants } from "./inheritance.plan";
import { managed } from "./namespace.plan";
import type { RegistryPasswords } from "./registries.plan";
import { Tenant } from "./tenant";

export interface TenancyArgs {
  readonly spec: ClusterSpec;
  readonly awsAccount: AwsAccount;
  /** OpenID Connect issuer of ServiceAccount tokens, which AWS trusts. */
  readonly issuer: IssuerIdentity;
  /** Passwords of `spec.registries` by name; secret. */
  readonly passwords: pulumi.Input<RegistryPasswords>;
}

/** Tenants, their admission policies and priority classes. Inheritance is resolved here; no controller runs in the cluster. */
export class Tenancy extends pulumi.ComponentResource {
  /** Namespaces by tenant; objects that use the output are created after the namespace. */
  readonly namespaces: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: TenancyArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Tenancy", name, {}, options);
    const { spec, awsAccount, issuer } = args;
    this.createPriorityClasses(name, spec);
    if (Object.keys(spec.tenants).length > 0) this.createAdmissionPolicies(name, spec);
    const passwords = pulumi.secret(args.passwords);
    this.namespaces = Object.fromEntries(
      resolveTenants(spec.tenants, spec.priorityClasses).map((tenant) => {
        const tenantName = `${name}-${tenant.name}`;
        const { namespace } = new Tenant(tenantName, { spec, awsAccount, issuer, tenant, passwords }, { parent: this });
        return [tenant.name, namespace];
      }),
    );
    this.registerOutputs({ namespaces: this.namespaces });
  }

  private createPriorityClasses(name: string, { priorityClasses }: ClusterSpec): void {
    for (const [className, each] of Object.entries(priorityClasses)) {
      new scheduling.PriorityClass(
        `${name}-priority-${className}`,
        {
          metadata: { name: className, labels: managed },
          value: each.value,
          globalDefault: each.default,
          preemptionPolicy: each.preempts ? "PreemptLowerPriority" : "Never",
          description: each.description || undefined,
        },
        { parent: this, ...replacedPriorityClass },
      );
    }
  }

  private createAdmissionPolicies(name: string, { access }: ClusterSpec): void {
    for (const policy of tenantAdmissionPolicies(access.breakGlass.group)) {
      const metadata = { name: policy.name, labels: managed };
      const { metadata: created } = new admission.ValidatingAdmissionPolicy(
        `${name}-${policy.name}`,
        { metadata, spec: policy.spec },
        { parent: this },
      );
      new admission.ValidatingAdmissionPolicyBinding(
        `${name}-${policy.name}`,
        { metadata, spec: { policyName: created.name, validationActions: ["Deny"] } },
        { parent: this },
      );
    }
  }
}
