import { cluster, expectProblems, problemsOf } from "./settingsSupport";

const access = (settings: object) => cluster({ access: settings, tenants: { shop: {} } });
const rules = (...all: object[]) => ({ roles: { a: { rules: all } } });
const scraper = { scraper: { rules: [{ paths: ["/metrics"], verbs: ["get"] }] } };

type Row = readonly [title: string, settings: object, ...expected: readonly (readonly [string, RegExp])[]];

test.each<readonly [title: string, grant: object, path: string, message: RegExp]>([
  ["an unknown role", { role: "edti", tenants: ["shop"] }, ".role", /did you mean edit/],
  ["cluster-admin", { role: "cluster-admin", cluster: true }, ".role", /reserved for the break-glass group/],
  ["no place", { role: "view" }, "", /applies nowhere/],
  ["cluster and namespaces", { role: "view", cluster: true, namespaces: ["kube-system"] }, ".cluster", /includes all/],
  ["an unknown tenant", { role: "view", tenants: ["shpo"] }, ".tenants[0]", /did you mean shop/],
  ["an unknown namespace", { role: "view", namespaces: ["kube-sytem"] }, ".namespaces[0]", /did you mean kube-system/],
  ["a tenant among the namespaces", { role: "view", namespaces: ["shop"] }, ".namespaces[0]", /move it to tenants/],
  ["edit in the whole cluster", { role: "edit", cluster: true }, ".role", /equals cluster-admin/],
  ["admin in kube-system", { role: "admin", namespaces: ["kube-system"] }, ".role", /equals cluster-admin/],
  ["paths in a namespace", { role: "scraper", namespaces: ["default"] }, ".role", /need cluster: true/],
])("refused grant: %s", (title, grant, path, message) => {
  const config = access({ roles: scraper, groups: { devs: { grants: [grant] } } });
  expectProblems([title, config, [`cluster.access.groups.devs.grants[0]${path}`, message]]);
});

const refused: readonly Row[] = [
  [
    "rules without resources and paths, and with both",
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
    "a role with the name of a Kubernetes role",
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
    "a reserved username",
    { users: { ada: { username: "system:admin" } } },
    ["users.ada.username", /reserved for Kubernetes/],
  ],
  ["a reserved group", { groups: { a: { name: "kubeadm:cluster-admins" } } }, ["groups.a.name", /administrator/]],
  [
    "an unknown group",
    { users: { ada: { groups: ["dves"] } }, groups: { devs: {} } },
    ["users.ada.groups[0]", /did you mean devs/],
  ],
  [
    "a permanent member of the break-glass group",
    { users: { ada: { groups: ["break-glass"] } } },
    ["users.ada.groups[0]", /no permanent members/],
  ],
  [
    "an unknown break-glass user",
    { breakGlass: { users: ["ada"] } },
    ["breakGlass.users[0]", /not in access.users; none is defined/],
  ],
  ["a long break-glass certificate", { breakGlass: { hours: 24 } }, ["breakGlass.hours", /at most 12/]],
  ["a long client certificate", { certificateHours: 8760 }, ["certificateHours", /at most 168/]],
];

test.each(refused.map((row) => [row[0], row] as const))("refused: %s", (_title, [title, settings, ...expected]) => {
  expectProblems([
    title,
    access(settings),
    ...expected.map(([path, message]) => [`cluster.access.${path}`, message] as const),
  ]);
});

test("accepted: roles, groups, users and break-glass together", () => {
  const config = access({
    roles: { restarter: { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] }] } },
    groups: { devs: { name: "oidc:devs", grants: [{ role: "restarter", tenants: ["shop"] }] } },
    users: { ada: { username: "ada@example.com", groups: ["devs"], grants: [{ role: "view", cluster: true }] } },
    breakGlass: { users: ["ada"] },
  });
  expect(problemsOf(config)).toEqual([]);
});
