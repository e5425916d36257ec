import { allBindings, bindingName, clusterRoleName, permissionsOf } from "../../../components/access/rbac/rbac.plan";
import { threeLevels, withTenants } from "../tenancy/tenants";

const spec = withTenants(threeLevels, {
  priorityClasses: { normal: { value: 1 }, urgent: { value: 2 } },
  access: {
    roles: { restarter: { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"] }] } },
    groups: {
      retail: { grants: [{ role: "view", tenants: ["retail"] }] },
      shop: { grants: [{ role: "edit", tenants: ["shop", "shop-front"] }] },
      others: { grants: [{ role: "view", cluster: true }] },
    },
    people: {
      ada: {
        username: "ada@example.com",
        groups: ["retail", "shop"],
        grants: [
          { role: "restarter", namespaces: ["kube-system"] },
          { role: "edit", tenants: ["shop"] },
        ],
      },
      grace: {},
    },
  },
});

test("a grant on a tenant holds in all below it, once each, and says where it comes from", () => {
  const bindings = allBindings(spec.access, spec.tenants).filter(({ of }) => of === "shop");
  expect(bindings.map(({ namespace, inheritedFrom }) => [namespace, inheritedFrom])).toEqual([
    ["shop", undefined],
    ["shop-front", undefined],
  ]);
});

test("no two bindings of a namespace have one name", () => {
  const names = allBindings(spec.access, spec.tenants).map(
    (binding) => `${binding.namespace ?? ""} ${bindingName(binding)}`,
  );
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain("shop-front holdfast:group:retail:view");
});

test("roles of the settings meet none of Kubernetes", () => {
  expect(["view", "admin", "restarter"].map(clusterRoleName)).toEqual(["view", "admin", "holdfast:restarter"]);
});

test("what a person may do comes from the person and from groups", () => {
  const rows = permissionsOf(spec.access, spec.tenants, "ada").map(
    ({ namespace, role, through, inheritedFrom }) => [namespace, role, through.group, inheritedFrom] as const,
  );
  expect(rows).toEqual([
    ["kube-system", "restarter", undefined, undefined],
    ["retail", "view", "retail", undefined],
    ["shop", "edit", undefined, undefined],
    ["shop", "edit", "shop", undefined],
    ["shop", "view", "retail", "retail"],
    ["shop-front", "edit", undefined, "shop"],
    ["shop-front", "edit", "shop", undefined],
    ["shop-front", "view", "retail", "retail"],
  ]);
  expect(permissionsOf(spec.access, spec.tenants, "grace")).toEqual([]);
});
