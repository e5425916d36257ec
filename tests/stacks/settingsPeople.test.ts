import type { BadInput } from "./settingsSupport";
import { cluster, expectProblems, problemsOf } from "./settingsSupport";

const access = (settings: object, rest: object = {}) => cluster({ access: settings, ...rest });
const at = "cluster.access";
const grants = (...all: object[]) => ({ groups: { devs: { grants: all } } });
const grant = `${at}.groups.devs.grants[0]`;

const badInputs: readonly BadInput[] = [
  [
    "a role that does not exist",
    access(grants({ role: "edti", tenants: ["shop"] }), { tenants: { shop: {} } }),
    [`${grant}.role`, /did you mean edit/],
  ],
  [
    "cluster-admin",
    access(grants({ role: "cluster-admin", cluster: true })),
    [`${grant}.role`, /break-glass group's alone/],
  ],
  ["a grant that holds nowhere", access(grants({ role: "view" })), [grant, /holds nowhere/]],
  [
    "a grant that holds twice",
    access(grants({ role: "view", cluster: true, namespaces: ["kube-system"] })),
    [`${grant}.cluster`, /takes in all/],
  ],
  [
    "a tenant that is none",
    access(grants({ role: "view", tenants: ["shpo"] }), { tenants: { shop: {} } }),
    [`${grant}.tenants[0]`, /did you mean shop/],
  ],
  [
    "a namespace that is none",
    access(grants({ role: "view", namespaces: ["kube-sytem"] })),
    [`${grant}.namespaces[0]`, /did you mean kube-system/],
  ],
  [
    "a tenant as a namespace",
    access(grants({ role: "view", namespaces: ["shop"] }), { tenants: { shop: {} } }),
    [`${grant}.namespaces[0]`, /write it to tenants/],
  ],
  ["edit everywhere", access(grants({ role: "edit", cluster: true })), [`${grant}.role`, /as good as cluster-admin/]],
  [
    "admin where the cluster runs",
    access(grants({ role: "admin", namespaces: ["kube-system"] })),
    [`${grant}.role`, /as good as cluster-admin/],
  ],
  [
    "a role of paths in a namespace",
    access({
      roles: { scraper: { rules: [{ paths: ["/metrics"], verbs: ["get"] }] } },
      ...grants({ role: "scraper", namespaces: ["default"] }),
    }),
    [`${grant}.role`, /in no namespace/],
  ],
  [
    "rules of neither and both kinds",
    access({ roles: { a: { rules: [{ verbs: ["get"] }, { resources: ["pods"], paths: ["/x"], verbs: ["get"] }] } } }),
    [`${at}.roles.a.rules[0]`, /either resources or paths/],
    [`${at}.roles.a.rules[1]`, /either resources or paths/],
  ],
  [
    "wildcards and escalation",
    access({ roles: { a: { rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*", "impersonate", "gett"] }] } } }),
    [`${at}.roles.a.rules[0].apiGroups[0]`, /every group/],
    [`${at}.roles.a.rules[0].resources[0]`, /takes in Secrets/],
    [`${at}.roles.a.rules[0].verbs[0]`, /escalation/],
    [`${at}.roles.a.rules[0].verbs[1]`, /any other role/],
    [`${at}.roles.a.rules[0].verbs[2]`, /write one of get, list/],
  ],
  [
    "a role of Kubernetes' own",
    access({ roles: { view: { rules: [{ resources: ["pods"], verbs: ["get"] }] } } }),
    [`${at}.roles.view`, /Kubernetes' own/],
  ],
  [
    "overlapping usernames",
    access({ people: { ada: {}, grace: { username: "ada" }, lin: { username: "Ada" } } }),
    [`${at}.people.grace.username`, /is also access.people.ada.username/],
    [`${at}.people.lin.username`, /differs in case alone/],
  ],
  [
    "overlapping groups",
    access({ groups: { a: { name: "devs" }, b: { name: "devs" }, c: { name: "break-glass" } } }),
    [`${at}.groups.b.name`, /is also access.groups.a.name/],
    [`${at}.groups.c.name`, /is also access.breakGlass.group/],
  ],
  [
    "a username of Kubernetes",
    access({ people: { ada: { username: "system:admin" } } }),
    [`${at}.people.ada.username`, /belong to Kubernetes/],
  ],
  [
    "a group of the administrator",
    access({ groups: { a: { name: "kubeadm:cluster-admins" } } }),
    [`${at}.groups.a.name`, /own administrator/],
  ],
  [
    "a group that does not exist",
    access({ people: { ada: { groups: ["dves"] } }, groups: { devs: {} } }),
    [`${at}.people.ada.groups[0]`, /did you mean devs/],
  ],
  [
    "an emergency for good",
    access({ people: { ada: { groups: ["break-glass"] } } }),
    [`${at}.people.ada.groups[0]`, /nobody's for good/],
  ],
  [
    "nobody for emergencies",
    access({ breakGlass: { people: ["ada"] } }),
    [`${at}.breakGlass.people[0]`, /nobody of access.people/],
  ],
  ["a day of emergency", access({ breakGlass: { hours: 24 } }), [`${at}.breakGlass.hours`, /at most 12/]],
  ["a certificate for a year", access({ certificateHours: 8760 }), [`${at}.certificateHours`, /at most 168/]],
];

test.each(badInputs.map((input) => [input[0], input] as const))("refused: %s", (_what, input) => {
  expectProblems(input);
});

test("people, groups, roles and emergencies go together", () => {
  const config = access(
    {
      roles: { restarter: { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] }] } },
      groups: { devs: { name: "oidc:devs", grants: [{ role: "restarter", tenants: ["shop"] }] } },
      people: { ada: { username: "ada@example.com", groups: ["devs"], grants: [{ role: "view", cluster: true }] } },
      breakGlass: { people: ["ada"] },
    },
    { tenants: { shop: {} } },
  );
  expect(problemsOf(config)).toEqual([]);
});
