import { ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { ClusterRole, ClusterRoleBinding, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";

import { partLabels } from "./labels.plan";
import { systemNamespace } from "./workload.plan";

/** What may be done to what, in RBAC's terms. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface AccountArgs {
  /** Name of the account, and of its role. */
  readonly account: string;
  readonly rules: readonly Rule[];
  /** Roles that are there already, in the whole cluster. */
  readonly clusterRoles?: readonly string[];
  /** Roles that are there already, in kube-system. */
  readonly roles?: readonly string[];
}

/** Who a part of the platform is to the API: an account in kube-system, its role, and what binds the two. */
export class Account extends pulumi.ComponentResource {
  /** Name of the account; known when everything that it may do has been granted. */
  readonly account: pulumi.Output<string>;

  constructor(name: string, args: AccountArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ServiceAccount", name, {}, options);
    const labels = partLabels({ name: args.account });
    const metadata = { name: args.account, labels };
    const inSystem = { ...metadata, namespace: systemNamespace };

    const account = new ServiceAccount(
      name,
      // Pods that need the token say so.
      { metadata: inSystem, automountServiceAccountToken: false },
      { parent: this },
    );
    const role = new ClusterRole(name, { metadata, rules: args.rules.map(mutable) }, { parent: this });
    const subjects = [{ kind: "ServiceAccount", name: args.account, namespace: systemNamespace }];
    const roleRef = (kind: string, role: pulumi.Input<string>) => ({
      apiGroup: "rbac.authorization.k8s.io",
      kind,
      name: role,
    });
    const bindings: pulumi.Resource[] = [
      new ClusterRoleBinding(
        name,
        { metadata, roleRef: roleRef("ClusterRole", args.account), subjects },
        { parent: this, dependsOn: [account, role] },
      ),
      ...(args.clusterRoles ?? []).map(
        (given) =>
          new ClusterRoleBinding(
            `${name}-${suffix(given)}`,
            {
              metadata: { ...metadata, name: `${args.account}-${suffix(given)}` },
              roleRef: roleRef("ClusterRole", given),
              subjects,
            },
            { parent: this, dependsOn: account },
          ),
      ),
      ...(args.roles ?? []).map(
        (given) =>
          new RoleBinding(
            `${name}-${suffix(given)}`,
            {
              metadata: { ...inSystem, name: `${args.account}-${suffix(given)}` },
              roleRef: roleRef("Role", given),
              subjects,
            },
            { parent: this, dependsOn: account },
          ),
      ),
    ];

    const granted = pulumi.all(bindings.map(({ urn }) => urn));
    this.account = pulumi.all([account.metadata.name, granted]).apply(([found]) => found);
    this.registerOutputs({ account: this.account });
  }
}

/** The SDK's own types take no readonly lists. */
const mutable = ({ apiGroups, resources, verbs, resourceNames }: Rule) => ({
  apiGroups: [...apiGroups],
  resources: [...resources],
  verbs: [...verbs],
  ...(resourceNames && { resourceNames: [...resourceNames] }),
});

/** `system:auth-delegator` → `auth-delegator`. */
const suffix = (role: string): string => role.slice(role.lastIndexOf(":") + 1);
