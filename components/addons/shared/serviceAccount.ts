import { ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { ClusterRole, ClusterRoleBinding, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import type { rbac } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import { recommendedLabels } from "./labels.plan";
import { systemNamespace } from "./pods.plan";

export interface AddonServiceAccountArgs {
  /** Name of the ServiceAccount and of its ClusterRole. */
  readonly serviceAccount: string;
  /** Rules of its ClusterRole. Default: no such role. */
  readonly rules?: rbac.v1.PolicyRule[];
  /** Existing ClusterRoles to bind. */
  readonly clusterRoles?: readonly string[];
  /** Existing Roles in kube-system to bind. */
  readonly roles?: readonly string[];
}

/** ServiceAccount of an add-on in kube-system, with its RBAC roles. */
export class AddonServiceAccount extends pulumi.ComponentResource {
  /** Name of the ServiceAccount; resolves once all roles are bound. */
  readonly serviceAccountName: pulumi.Output<string>;

  constructor(
    name: string,
    { serviceAccount, rules, clusterRoles = [], roles = [] }: AddonServiceAccountArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("holdfast:index:AddonServiceAccount", name, {}, options);
    const labels = recommendedLabels({ name: serviceAccount });
    const metadata = { name: serviceAccount, namespace: systemNamespace, labels };
    const parent = { parent: this };

    // Pods that need the token mount it explicitly.
    const account = new ServiceAccount(name, { metadata, automountServiceAccountToken: false }, parent);
    const subjects = [{ kind: "ServiceAccount", name: account.metadata.name, namespace: systemNamespace }];
    const roleRef = (kind: string, role: pulumi.Input<string>) => ({
      apiGroup: "rbac.authorization.k8s.io",
      kind,
      name: role,
    });
    const bindings: pulumi.Resource[] = [];
    if (rules) {
      const ownMetadata = { name: serviceAccount, labels };
      const own = new ClusterRole(name, { metadata: ownMetadata, rules }, parent);
      const ownRef = roleRef("ClusterRole", own.metadata.name);
      bindings.push(new ClusterRoleBinding(name, { metadata: ownMetadata, roleRef: ownRef, subjects }, parent));
    }
    for (const role of clusterRoles) {
      const binding = { metadata: { name: bindingName(serviceAccount, role), labels }, subjects };
      const ref = roleRef("ClusterRole", role);
      bindings.push(new ClusterRoleBinding(`${name}-${baseName(role)}`, { ...binding, roleRef: ref }, parent));
    }
    for (const role of roles) {
      const binding = { metadata: { ...metadata, name: bindingName(serviceAccount, role) }, subjects };
      const ref = roleRef("Role", role);
      bindings.push(new RoleBinding(`${name}-${baseName(role)}`, { ...binding, roleRef: ref }, parent));
    }

    const bound = pulumi.all(bindings.map(({ urn }) => urn));
    this.serviceAccountName = pulumi.all([account.metadata.name, bound]).apply(([created]) => created);
    this.registerOutputs({ serviceAccountName: this.serviceAccountName });
  }
}

/** `system:auth-delegator` → `auth-delegator`. */
const baseName = (role: string): string => role.slice(role.lastIndexOf(":") + 1);

const bindingName = (serviceAccount: string, role: string): string =>
  serviceAccount === baseName(role) ? serviceAccount : `${serviceAccount}-${baseName(role)}`;
