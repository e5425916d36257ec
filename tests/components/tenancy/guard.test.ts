import { admissionPolicies } from "../../../components/tenancy/admissionPolicies.plan";

const [objects, priorities] = admissionPolicies("break-glass");

test("what the settings make is left to administrators, the break-glass group and Kubernetes' own controllers", () => {
  expect(objects?.spec.variables?.[0]?.expression).toBe(
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

test("both hold in tenants' namespaces alone, and fail closed", () => {
  for (const { spec } of [objects, priorities].filter((policy) => policy !== undefined)) {
    expect(spec.failurePolicy).toBe("Fail");
    expect(spec.matchConstraints.namespaceSelector).toEqual({
      matchExpressions: [{ key: "holdfast.dev/tenant", operator: "Exists" }],
    });
  }
});
