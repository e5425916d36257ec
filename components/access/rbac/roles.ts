import * as rbac from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { managed } from "../../tenancy/namespace.plan";
import { allBindings, bindingName, clusterRoleName } from "./rbac.plan";
import type { Binding, Subject } from "./rbac.plan";
import type { RoleRule } from "./settings";

export interface RolesArgs {
  readonly spec: Pick<ClusterSpec, "access" | "tenants">;
  /** Names of tenants' namespaces by tenant, known once they exist. */
  readonly namespaces: Readonly<Record<string, pulumi.Output<string>>>;
}

const apiGroup = "rbac.authorization.k8s.io";

/** RBAC: roles and bindings of the settings, and the binding of the break-glass group. */
export class Roles extends pulumi.ComponentResource {
  constructor(name: string, { spec, namespaces }: RolesArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Roles", name, {}, options);
    const { access, tenants } = spec;
    this.createBreakGlassBinding(name, access.breakGlass.group);
    const roles = new Map(
      Object.entries(access.roles).map(([role, { rules }]) => [role, this.createRole(name, role, rules)]),
    );
    for (const binding of allBindings(access, tenants)) {
      this.createBinding(name, binding, roles.get(binding.role), namespaces);
    }
    this.registerOutputs();
  }

  /** The only binding to cluster-admin apart from that of Pulumi's own user. */
  private createBreakGlassBinding(name: string, group: string): void {
    new rbac.ClusterRoleBinding(
      `${name}-break-glass`,
      {
        metadata: { name: "holdfast:break-glass", labels: managed },
        roleRef: { apiGroup, kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ apiGroup, kind: "Group", name: group }],
      },
      { parent: this },
    );
  }

  private createRole(name: string, role: string, rules: readonly RoleRule[]): pulumi.Output<string> {
    const clusterRole = new rbac.ClusterRole(
      `${name}-role-${role}`,
      { metadata: { name: clusterRoleName(role), labels: managed }, rules: rules.map(policyRule) },
      { parent: this },
    );
    return clusterRole.metadata.name;
  }

  private createBinding(
    name: string,
    binding: Binding,
    role: pulumi.Output<string> | undefined,
    namespaces: RolesArgs["namespaces"],
  ): void {
    const { namespace } = binding;
    const objectName = bindingName(binding);
    const metadata = { name: objectName, labels: managed };
    const content = {
      roleRef: { apiGroup, kind: "ClusterRole", name: role ?? clusterRoleName(binding.role) },
      subjects: [rbacSubject(binding.subject)],
    };
    const resourceName = `${name}-${objectName.slice("holdfast:".length).replaceAll(":", ".")}`;
    if (namespace === undefined) {
      new rbac.ClusterRoleBinding(resourceName, { metadata, ...content }, { parent: this });
      return;
    }
    new rbac.RoleBinding(
      `${resourceName}.${namespace}`,
      { metadata: { ...metadata, namespace: namespaces[namespace] ?? namespace }, ...content },
      { parent: this },
    );
  }
}

function policyRule({ apiGroups, resources, resourceNames, paths, verbs }: RoleRule) {
  if (paths.length > 0) return { nonResourceURLs: [...paths], verbs: [...verbs] };
  return {
    apiGroups: [...apiGroups],
    resources: [...resources],
    verbs: [...verbs],
    // An empty list would match no object.
    resourceNames: resourceNames.length > 0 ? [...resourceNames] : undefined,
  };
}

function rbacSubject({ kind, name, namespace }: Subject) {
  return namespace === undefined ? { kind, name, apiGroup } : { kind, name, namespace };
}
