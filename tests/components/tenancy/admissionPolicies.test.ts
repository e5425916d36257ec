import { tenantAdmissionPolicies } from "../../../components/tenancy/admissionPolicies.plan";

const policies = tenantAdmissionPolicies("break-glass");

test("only administrators, the break-glass group and controllers of Kubernetes can change managed objects", () => {
  const [objects] = policies;
  expect(objects?.spec.variables[0]?.expression).toBe(
    'request.userInfo.groups.exists(group, group in ["kubeadm:cluster-admins","system:masters","system:serviceaccounts:kube-system","break-glass"])',
  );
  const operations = Object.fromEntries(
    (objects?.spec.matchConstraints.resourceRules ?? []).flatMap(({ resources, operations: all }) =>
      resources.map((resource) => [resource, all.join(" ")]),
    ),
  );
  expect(operations).toEqual({
    networkpolicies: "CREATE UPDATE DELETE",
    namespaces: "UPDATE DELETE",
    resourcequotas: "UPDATE DELETE",
    limitranges: "UPDATE DELETE",
    serviceaccounts: "UPDATE DELETE",
    secrets: "UPDATE DELETE",
    rolebindings: "UPDATE DELETE",
  });
});

test("policies apply only in tenants' namespaces and fail closed", () => {
  for (const { spec } of policies) {
    expect(spec.failurePolicy).toBe("Fail");
    expect(spec.matchConstraints.namespaceSelector).toEqual({
      matchExpressions: [{ key: "holdfast.dev/tenant", operator: "Exists" }],
    });
  }
});
