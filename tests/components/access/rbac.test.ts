import { allBindings, bindingName, permissionsOf } from "../../../components/access/rbac/rbac.plan";
import { threeLevels, withTenants } from "../tenancy/tenants";

const { access, tenants } = withTenants(threeLevels, {
  priorityClasses: { normal: { value: 1 }, urgent: { value: 2 } },
  access: {
    roles: { restarter: { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"] }] } },
    groups: {
      retail: { grants: [{ role: "view", tenants: ["retail"] }] },
      shop: { grants: [{ role: "edit", tenants: ["shop", "shop-front"] }] },
      others: { grants: [{ role: "view", cluster: true }] },
    },
    users: {
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

test("a grant in a tenant includes the tenants below, each once", () => {
  const bindings = allBindings(access, tenants).filter(({ subjectKey }) => subjectKey === "shop");
  expect(bindings.map(({ namespace, inheritedFrom }) => [namespace, inheritedFrom])).toEqual([
    ["shop", undefined],
    ["shop-front", undefined],
  ]);
});

test("names of bindings are unique in a namespace", () => {
  const names = allBindings(access, tenants).map((binding) => `${binding.namespace ?? ""} ${bindingName(binding)}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain("shop-front holdfast:group:retail:view");
});

test("permissions of a user include those of their groups", () => {
  const rows = permissionsOf(access, tenants, "ada").map(
    ({ namespace, role, viaGroup, inheritedFrom }) => [namespace, role, viaGroup, inheritedFrom] as const,
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
  expect(permissionsOf(access, tenants, "grace")).toEqual([]);
});
