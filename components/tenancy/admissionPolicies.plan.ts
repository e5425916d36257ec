/**
 * What RBAC cannot say, as ValidatingAdmissionPolicies: a role such as `edit` may write NetworkPolicies, and policies add up, so
 * that a team could open what the settings close; and any pod may name any priority class. Pure.
 */

import { managedLabel, priorityClassesAnnotation, tenantLabel } from "./objects.plan";

export interface AdmissionPolicy {
  readonly name: string;
  readonly spec: {
    readonly failurePolicy: "Fail";
    readonly matchConstraints: {
      readonly namespaceSelector: { readonly matchExpressions: { readonly key: string; readonly operator: string }[] };
      readonly resourceRules: {
        readonly apiGroups: string[];
        readonly apiVersions: string[];
        readonly resources: string[];
        readonly operations: string[];
      }[];
    };
    readonly variables?: { readonly name: string; readonly expression: string }[];
    readonly validations: {
      readonly expression: string;
      readonly messageExpression: string;
      readonly reason: "Forbidden";
    }[];
  };
}

const tenantNamespaces = { matchExpressions: [{ key: tenantLabel, operator: "Exists" }] };

/** Those who may: the administrators of the cluster, and the controllers that clear up after a namespace. */
function maintainers(breakGlassGroup: string): string {
  const groups = ["kubeadm:cluster-admins", "system:masters", "system:serviceaccounts:kube-system", breakGlassGroup];
  return `request.userInfo.groups.exists(group, group in ${JSON.stringify(groups)})`;
}

const quotedLabel = JSON.stringify(managedLabel);
const quotedAnnotation = JSON.stringify(priorityClassesAnnotation);

/** Both policies; `breakGlassGroup` may do everything. */
export function admissionPolicies(breakGlassGroup: string): readonly AdmissionPolicy[] {
  return [
    {
      name: "holdfast-tenant-objects",
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          namespaceSelector: tenantNamespaces,
          resourceRules: [
            rule("networking.k8s.io", ["networkpolicies"], ["CREATE", "UPDATE", "DELETE"]),
            rule(
              "",
              ["namespaces", "resourcequotas", "limitranges", "serviceaccounts", "secrets"],
              ["UPDATE", "DELETE"],
            ),
            rule("rbac.authorization.k8s.io", ["rolebindings"], ["UPDATE", "DELETE"]),
          ],
        },
        variables: [
          { name: "maintainer", expression: maintainers(breakGlassGroup) },
          {
            name: "managed",
            expression: `oldObject != null && has(oldObject.metadata.labels) && ${quotedLabel} in oldObject.metadata.labels`,
          },
        ],
        validations: [
          {
            expression: `variables.maintainer || (request.resource.resource != "networkpolicies" && !variables.managed)`,
            messageExpression: `request.resource.resource + " of tenant " + request.namespace + " are made by the cluster's settings"`,
            reason: "Forbidden",
          },
        ],
      },
    },
    {
      name: "holdfast-tenant-priorities",
      spec: {
        failurePolicy: "Fail",
        matchConstraints: { namespaceSelector: tenantNamespaces, resourceRules: [rule("", ["pods"], ["CREATE"])] },
        variables: [
          { name: "wanted", expression: `has(object.spec.priorityClassName) ? object.spec.priorityClassName : ""` },
          {
            name: "allowed",
            expression: `has(namespaceObject.metadata.annotations) && ${quotedAnnotation} in namespaceObject.metadata.annotations ? namespaceObject.metadata.annotations[${quotedAnnotation}].split(",") : []`,
          },
        ],
        validations: [
          {
            expression: `variables.wanted == "" || variables.wanted in variables.allowed`,
            messageExpression: `"pods of tenant " + request.namespace + " may not have priority class " + variables.wanted + "; allowed: " + variables.allowed.join(", ")`,
            reason: "Forbidden",
          },
        ],
      },
    },
  ];
}

function rule(group: string, resources: string[], operations: string[]) {
  return { apiGroups: [group], apiVersions: ["*"], resources, operations };
}
