import * as rbac from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { managed } from "../../tenancy/objects.plan";
import { allBindings, bindingName, clusterRoleName } from "./rbac.plan";
import type { Binding, RoleRule, Subject } from "./rbac.plan";

export interface RolesArgs {
  readonly spec: Pick<ClusterSpec, "access" | "tenants">;
  /** Namespaces of tenants by their names, known once they are there. */
  readonly namespaces: Readonly<Record<string, pulumi.Output<string>>>;
}

const apiGroup = "rbac.authorization.k8s.io";

/** Who may do what: roles and bindings of the settings, and the break-glass group. */
export class Roles extends pulumi.ComponentResource {
  constructor(name: string, { spec, namespaces }: RolesArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Roles", name, {}, options);
    const { access, tenants } = spec;
    this.breakGlass(name, access.breakGlass.group);
    const roles = new Map(
      Object.entries(access.roles).map(([role, { rules }]) => [role, this.defineRole(name, role, rules)]),
    );
    for (const binding of allBindings(access, tenants)) {
      this.bind(name, binding, roles.get(binding.role), namespaces);
    }
    this.registerOutputs();
  }

  /** The only way to be cluster-admin, apart from the account that Pulumi itself works with. */
  private breakGlass(name: string, group: string): void {
    new rbac.ClusterRoleBinding(
      `${name}-break-glass`,
      {
        metadata: { name: "holdfast:break-glass", labels: { ...managed } },
        roleRef: { apiGroup, kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ apiGroup, kind: "Group", name: group }],
      },
      { parent: this },
    );
  }

  private defineRole(name: string, role: string, rules: readonly RoleRule[]): pulumi.Output<string> {
    const made = new rbac.ClusterRole(
      `${name}-role-${role}`,
      { metadata: { name: clusterRoleName(role), labels: { ...managed } }, rules: rules.map(policyRule) },
      { parent: this },
    );
    return made.metadata.name;
  }

  private bind(
    name: string,
    binding: Binding,
    role: pulumi.Output<string> | undefined,
    namespaces: RolesArgs["namespaces"],
  ): void {
    const { namespace } = binding;
    const objectName = bindingName(binding);
    const content = {
      roleRef: { apiGroup, kind: "ClusterRole", name: role ?? clusterRoleName(binding.role) },
      subjects: [rbacSubject(binding.subject)],
    };
    const labels = { ...managed };
    const resourceName = `${name}-${objectName.slice("holdfast:".length).replaceAll(":", ".")}`;
    if (namespace === undefined) {
      new rbac.ClusterRoleBinding(
        resourceName,
        { metadata: { name: objectName, labels }, ...content },
        { parent: this },
      );
      return;
    }
    new rbac.RoleBinding(
      `${resourceName}.${namespace}`,
      { metadata: { name: objectName, namespace: namespaces[namespace] ?? namespace, labels }, ...content },
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
    ...(resourceNames.length > 0 ? { resourceNames: [...resourceNames] } : {}),
  };
}

function rbacSubject({ kind, name, namespace }: Subject) {
  return namespace === undefined ? { kind, name, apiGroup } : { kind, name, namespace };
}
