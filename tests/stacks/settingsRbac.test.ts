import type { BadInput } from "./settingsSupport";
import { cluster, expectProblems, problemsOf } from "./settingsSupport";

const access = (settings: object, rest: object = {}) => cluster({ access: settings, ...rest });
const at = "cluster.access";
const grants = (...all: object[]) => ({ groups: { devs: { grants: all } } });
const grant = `${at}.groups.devs.grants[0]`;

const badInputs: readonly BadInput[] = [
  [
    "an unknown role in a grant",
    access(grants({ role: "edti", tenants: ["shop"] }), { tenants: { shop: {} } }),
    [`${grant}.role`, /did you mean edit/],
  ],
  [
    "cluster-admin",
    access(grants({ role: "cluster-admin", cluster: true })),
    [`${grant}.role`, /reserved for the break-glass group/],
  ],
  ["a grant without a place", access(grants({ role: "view" })), [grant, /applies nowhere/]],
  [
    "a cluster-wide grant with namespaces",
    access(grants({ role: "view", cluster: true, namespaces: ["kube-system"] })),
    [`${grant}.cluster`, /includes all/],
  ],
  [
    "an unknown tenant in a grant",
    access(grants({ role: "view", tenants: ["shpo"] }), { tenants: { shop: {} } }),
    [`${grant}.tenants[0]`, /did you mean shop/],
  ],
  [
    "an unknown namespace in a grant",
    access(grants({ role: "view", namespaces: ["kube-sytem"] })),
    [`${grant}.namespaces[0]`, /did you mean kube-system/],
  ],
  [
    "a tenant among the namespaces",
    access(grants({ role: "view", namespaces: ["shop"] }), { tenants: { shop: {} } }),
    [`${grant}.namespaces[0]`, /move it to tenants/],
  ],
  [
    "a cluster-wide grant of edit",
    access(grants({ role: "edit", cluster: true })),
    [`${grant}.role`, /equals cluster-admin/],
  ],
  [
    "a grant of admin in kube-system",
    access(grants({ role: "admin", namespaces: ["kube-system"] })),
    [`${grant}.role`, /equals cluster-admin/],
  ],
  [
    "a role with paths in a namespace",
    access({
      roles: { scraper: { rules: [{ paths: ["/metrics"], verbs: ["get"] }] } },
      ...grants({ role: "scraper", namespaces: ["default"] }),
    }),
    [`${grant}.role`, /need cluster: true/],
  ],
  [
    "rules without resources and paths, and with both",
    access({ roles: { a: { rules: [{ verbs: ["get"] }, { resources: ["pods"], paths: ["/x"], verbs: ["get"] }] } } }),
    [`${at}.roles.a.rules[0]`, /either resources or paths/],
    [`${at}.roles.a.rules[1]`, /either resources or paths/],
  ],
  [
    "wildcards and escalation verbs",
    access({ roles: { a: { rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*", "impersonate", "gett"] }] } } }),
    [`${at}.roles.a.rules[0].apiGroups[0]`, /every API group/],
    [`${at}.roles.a.rules[0].resources[0]`, /includes Secrets/],
    [`${at}.roles.a.rules[0].verbs[0]`, /escalation/],
    [`${at}.roles.a.rules[0].verbs[1]`, /privilege escalation/],
    [`${at}.roles.a.rules[0].verbs[2]`, /write one of get, list/],
  ],
  [
    "a role with the name of a Kubernetes role",
    access({ roles: { view: { rules: [{ resources: ["pods"], verbs: ["get"] }] } } }),
    [`${at}.roles.view`, /name of a Kubernetes role/],
  ],
  [
    "duplicate usernames",
    access({ users: { ada: {}, grace: { username: "ada" }, lin: { username: "Ada" } } }),
    [`${at}.users.grace.username`, /duplicate of access.users.ada.username/],
    [`${at}.users.lin.username`, /differs only in case/],
  ],
  [
    "duplicate groups",
    access({ groups: { a: { name: "devs" }, b: { name: "devs" }, c: { name: "break-glass" } } }),
    [`${at}.groups.b.name`, /duplicate of access.groups.a.name/],
    [`${at}.groups.c.name`, /duplicate of access.breakGlass.group/],
  ],
  [
    "a reserved username",
    access({ users: { ada: { username: "system:admin" } } }),
    [`${at}.users.ada.username`, /reserved for Kubernetes/],
  ],
  [
    "a reserved group",
    access({ groups: { a: { name: "kubeadm:cluster-admins" } } }),
    [`${at}.groups.a.name`, /administrator/],
  ],
  [
    "an unknown group",
    access({ users: { ada: { groups: ["dves"] } }, groups: { devs: {} } }),
    [`${at}.users.ada.groups[0]`, /did you mean devs/],
  ],
  [
    "a permanent member of the break-glass group",
    access({ users: { ada: { groups: ["break-glass"] } } }),
    [`${at}.users.ada.groups[0]`, /no permanent members/],
  ],
  [
    "an unknown break-glass user",
    access({ breakGlass: { users: ["ada"] } }),
    [`${at}.breakGlass.users[0]`, /not in access.users/],
  ],
  ["a long break-glass certificate", access({ breakGlass: { hours: 24 } }), [`${at}.breakGlass.hours`, /at most 12/]],
  ["a long client certificate", access({ certificateHours: 8760 }), [`${at}.certificateHours`, /at most 168/]],
];

test.each(badInputs.map((input) => [input[0], input] as const))("refused: %s", (_title, input) => {
  expectProblems(input);
});

test("accepted: roles, groups, users and break-glass together", () => {
  const config = access(
    {
      roles: { restarter: { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] }] } },
      groups: { devs: { name: "oidc:devs", grants: [{ role: "restarter", tenants: ["shop"] }] } },
      users: { ada: { username: "ada@example.com", groups: ["devs"], grants: [{ role: "view", cluster: true }] } },
      breakGlass: { users: ["ada"] },
    },
    { tenants: { shop: {} } },
  );
  expect(problemsOf(config)).toEqual([]);
});
