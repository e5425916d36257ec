import * as admission from "@pulumi/kubernetes/admissionregistration/v1";
import * as scheduling from "@pulumi/kubernetes/scheduling/v1";
import * as pulumi from "@pulumi/pulumi";

import type { IssuerIdentity } from "../access/serviceAccounts/issuer";
import type { AwsAccount } from "../aws/account";
import type { ClusterSpec } from "../clusterSpec";
import { admissionPolicies } from "./admissionPolicies.plan";
import { managed } from "./objects.plan";
import type { RegistryPasswords } from "./registries.plan";
import { resolveTenants } from "./inheritance.plan";
import { Tenant } from "./tenant";

export interface TenancyArgs {
  readonly spec: ClusterSpec;
  readonly account: AwsAccount;
  /** Who vouches for service accounts towards AWS. */
  readonly issuer: IssuerIdentity;
  /** Passwords of registries by their names in the settings; made a secret. */
  readonly passwords: pulumi.Input<RegistryPasswords>;
}

/** The namespaces of all teams. Nothing runs in the cluster for them: what children inherit is worked out here. */
export class Tenancy extends pulumi.ComponentResource {
  /** Namespaces by tenant; whoever makes something in one waits for it thereby. */
  readonly namespaces: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: TenancyArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Tenancy", name, {}, options);
    const { spec, account, issuer } = args;
    this.rankPods(name, spec);
    if (Object.keys(spec.tenants).length > 0) this.guard(name, spec);
    const passwords = pulumi.secret(args.passwords);
    this.namespaces = Object.fromEntries(
      resolveTenants(spec.tenants, spec.priorityClasses).map((tenant) => {
        const made = new Tenant(
          `${name}-${tenant.name}`,
          { spec, account, issuer, tenant, passwords },
          { parent: this },
        );
        return [tenant.name, made.namespace];
      }),
    );
    this.registerOutputs({ namespaces: this.namespaces });
  }

  private rankPods(name: string, { priorityClasses }: ClusterSpec): void {
    for (const [className, each] of Object.entries(priorityClasses)) {
      new scheduling.PriorityClass(
        `${name}-priority-${className}`,
        {
          metadata: { name: className, labels: { ...managed } },
          value: each.value,
          globalDefault: each.default,
          preemptionPolicy: each.preempts ? "PreemptLowerPriority" : "Never",
          ...(each.description === "" ? {} : { description: each.description }),
        },
        { parent: this },
      );
    }
  }

  private guard(name: string, { access }: ClusterSpec): void {
    for (const policy of admissionPolicies(access.breakGlass.group)) {
      const metadata = { name: policy.name, labels: { ...managed } };
      const made = new admission.ValidatingAdmissionPolicy(
        `${name}-${policy.name}`,
        { metadata, spec: policy.spec },
        { parent: this },
      );
      new admission.ValidatingAdmissionPolicyBinding(
        `${name}-${policy.name}`,
        { metadata, spec: { policyName: made.metadata.name, validationActions: ["Deny"] } },
        { parent: this },
      );
    }
  }
}
