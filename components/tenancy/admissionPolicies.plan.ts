import { managedLabel, priorityClassesAnnotation, tenantLabel } from "./namespace.plan";

const tenantNamespaces = { matchExpressions: [{ key: tenantLabel, operator: "Exists" }] };

/** CEL expression that is true for the cluster's administrators and the controllers that delete a namespace's content. */
function isMaintainer(breakGlassGroup: string): string {
  const groups = ["kubeadm:cluster-admins", "system:masters", "system:serviceaccounts:kube-system", breakGlassGroup];
  return `request.userInfo.groups.exists(group, group in ${JSON.stringify(groups)})`;
}

const quotedLabel = JSON.stringify(managedLabel);
const quotedAnnotation = JSON.stringify(priorityClassesAnnotation);

/**
 * ValidatingAdmissionPolicies for rules that RBAC cannot express. A role such as `edit` may write NetworkPolicies, which add up, so
 * that a team could allow traffic that the settings deny; and any pod may use any priority class.
 */
export function tenantAdmissionPolicies(breakGlassGroup: string) {
  return [
    {
      name: "holdfast-tenant-objects",
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          namespaceSelector: tenantNamespaces,
          resourceRules: [
            resourceRule("networking.k8s.io", ["networkpolicies"], ["CREATE", "UPDATE", "DELETE"]),
            resourceRule(
              "",
              ["namespaces", "resourcequotas", "limitranges", "serviceaccounts", "secrets"],
              ["UPDATE", "DELETE"],
            ),
            resourceRule("rbac.authorization.k8s.io", ["rolebindings"], ["UPDATE", "DELETE"]),
          ],
        },
        variables: [
          { name: "maintainer", expression: isMaintainer(breakGlassGroup) },
          {
            name: "managed",
            expression: `oldObject != null && has(oldObject.metadata.labels) && ${quotedLabel} in oldObject.metadata.labels`,
          },
        ],
        validations: [
          {
            expression: `variables.maintainer || (request.resource.resource != "networkpolicies" && !variables.managed)`,
            messageExpression: `request.resource.resource + " of tenant " + request.namespace + " are managed by the cluster's settings"`,
            reason: "Forbidden",
          },
        ],
      },
    },
    {
      name: "holdfast-tenant-priorities",
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          namespaceSelector: tenantNamespaces,
          resourceRules: [resourceRule("", ["pods"], ["CREATE"])],
        },
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
            messageExpression: `"pods of tenant " + request.namespace + " may not use priority class " + variables.wanted + "; allowed: " + variables.allowed.join(", ")`,
            reason: "Forbidden",
          },
        ],
      },
    },
  ];
}

function resourceRule(group: string, resources: string[], operations: string[]) {
  return { apiGroups: [group], apiVersions: ["*"], resources, operations };
}
