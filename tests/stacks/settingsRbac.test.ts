import { cluster, problemsOf, rejects } from "./settingsSupport";

const access = (settings: object) => cluster({ access: settings, tenants: { shop: {} } });
const rules = (...all: object[]) => ({ roles: { a: { rules: all } } });
const scraper = { scraper: { rules: [{ paths: ["/metrics"], verbs: ["get"] }] } };

rejects(
  [
    ["unknown role", { role: "edti", tenants: ["shop"] }, [".role", /did you mean edit/]],
    ["cluster-admin", { role: "cluster-admin", cluster: true }, [".role", /reserved for the break-glass group/]],
    ["no scope", { role: "view" }, ["", /applies nowhere/]],
    [
      "cluster with namespaces",
      { role: "view", cluster: true, namespaces: ["kube-system"] },
      [".cluster", /includes all/],
    ],
    ["unknown tenant", { role: "view", tenants: ["shpo"] }, [".tenants[0]", /did you mean shop/]],
    ["unknown namespace", { role: "view", namespaces: ["kube-sytem"] }, [".namespaces[0]", /did you mean kube-system/]],
    ["tenant as a namespace", { role: "view", namespaces: ["shop"] }, [".namespaces[0]", /move it to tenants/]],
    ["edit in the whole cluster", { role: "edit", cluster: true }, [".role", /equals cluster-admin/]],
    ["admin in kube-system", { role: "admin", namespaces: ["kube-system"] }, [".role", /equals cluster-admin/]],
    ["paths in a namespace", { role: "scraper", namespaces: ["default"] }, [".role", /need cluster: true/]],
  ],
  {
    kind: "grant: ",
    prefix: "cluster.access.groups.devs.grants[0]",
    toConfig: (grant) => access({ roles: scraper, groups: { devs: { grants: [grant] } } }),
  },
);

rejects(
  [
    [
      "rules without resources and paths, or with both",
      rules({ verbs: ["get"] }, { resources: ["pods"], paths: ["/x"], verbs: ["get"] }),
      ["roles.a.rules[0]", /either resources or paths/],
      ["roles.a.rules[1]", /either resources or paths/],
    ],
    [
      "wildcards and escalation verbs",
      rules({ apiGroups: ["*"], resources: ["*"], verbs: ["*", "impersonate", "gett"] }),
      ["roles.a.rules[0].apiGroups[0]", /every API group/],
      ["roles.a.rules[0].resources[0]", /includes Secrets/],
      ["roles.a.rules[0].verbs[0]", /escalation/],
      ["roles.a.rules[0].verbs[1]", /privilege escalation/],
      ["roles.a.rules[0].verbs[2]", /write one of get, list/],
    ],
    [
      "role with the name of a Kubernetes role",
      { roles: { view: { rules: [{ resources: ["pods"], verbs: ["get"] }] } } },
      ["roles.view", /name of a Kubernetes role/],
    ],
    [
      "duplicate usernames",
      { users: { ada: {}, grace: { username: "ada" }, lin: { username: "Ada" } } },
      ["users.grace.username", /duplicate of access.users.ada.username/],
      ["users.lin.username", /differs only in case/],
    ],
    [
      "duplicate groups",
      { groups: { a: { name: "devs" }, b: { name: "devs" }, c: { name: "break-glass" } } },
      ["groups.b.name", /duplicate of access.groups.a.name/],
      ["groups.c.name", /duplicate of access.breakGlass.group/],
    ],
    [
      "reserved username",
      { users: { ada: { username: "system:admin" } } },
      ["users.ada.username", /reserved for Kubernetes/],
    ],
    ["reserved group", { groups: { a: { name: "kubeadm:cluster-admins" } } }, ["groups.a.name", /administrator/]],
    [
      "unknown group",
      { users: { ada: { groups: ["dves"] } }, groups: { devs: {} } },
      ["users.ada.groups[0]", /did you mean devs/],
    ],
    [
      "permanent member of the break-glass group",
      { users: { ada: { groups: ["break-glass"] } } },
      ["users.ada.groups[0]", /no permanent members/],
    ],
    [
      "unknown break-glass user",
      { breakGlass: { users: ["ada"] } },
      ["breakGlass.users[0]", /not in access.users; none is defined/],
    ],
    ["break-glass certificate of 24 hours", { breakGlass: { hours: 24 } }, ["breakGlass.hours", /at most 12/]],
    ["client certificate of a year", { certificateHours: 8760 }, /at most 168/],
  ],
  { prefix: "cluster.access.", toConfig: access },
);

test("accepts roles, groups, users and break-glass together", () => {
  const config = access({
    roles: { restarter: { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] }] } },
    groups: { devs: { name: "oidc:devs", grants: [{ role: "restarter", tenants: ["shop"] }] } },
    users: { ada: { username: "ada@example.com", groups: ["devs"], grants: [{ role: "view", cluster: true }] } },
    breakGlass: { users: ["ada"] },
  });
  expect(problemsOf(config)).toEqual([]);
});
