import { accepts, cluster, rejects } from "./settingsSupport";

const policy = (more: object = {}) => ({
  match: [{ resources: ["pods"] }],
  validations: [{ expression: "object.spec.hostNetwork != true", message: "no host network" }],
  ...more,
});
const policies = (more: object) => cluster({ "access.admission.policies": { mine: policy(more) } });
const audit = (rule: object) => ({ "audit.rules": [{ level: "None", ...rule }] });

rejects(
  [
    [
      "disabled security plugin",
      { "admission.disabledPlugins": ["NodeRestriction"] },
      ["admission.disabledPlugins[0]", /LimitRanger/],
    ],
    [
      "webhook without an address",
      { "admission.webhooks": { sign: { kind: "validating", match: [{ resources: ["pods"] }] } } },
      ["admission.webhooks.sign", /exactly one of url and service/],
    ],
    [
      "audit rule for resources and paths",
      audit({ resources: [{ group: "" }], nonResourceUrls: ["/x"] }),
      ["audit.rules[0]", /two rules/],
    ],
    [
      "duplicate exemptions from Pod Security",
      {
        "admission.podSecurity.exemptions": {
          namespaces: ["a", "a"],
          usernames: ["u", "u"],
          runtimeClasses: ["r", "r"],
        },
      },
      ["admission.podSecurity.exemptions.namespaces[1]", /duplicate/],
      ["admission.podSecurity.exemptions.usernames[1]", /duplicate/],
      ["admission.podSecurity.exemptions.runtimeClasses[1]", /duplicate/],
    ],
    [
      "exempt namespace with a dot",
      { "admission.podSecurity.exemptions": { namespaces: ["a.b"] } },
      ["admission.podSecurity.exemptions.namespaces[0]", /lower-case letters, digits and hyphens/],
    ],
    [
      "webhook path that the API server refuses",
      {
        "admission.webhooks": {
          sign: {
            kind: "validating",
            service: { namespace: "a", name: "b", path: "x//y" },
            match: [{ resources: ["pods"] }],
          },
        },
      },
      ["admission.webhooks.sign.service.path", /such as \/validate/],
    ],
    [
      "audit rule for namespaces and paths",
      audit({ namespaces: ["a"], nonResourceUrls: ["/x"] }),
      ["audit.rules[0]", /both namespaces and nonResourceUrls/],
    ],
    [
      "audit rule for a relative path",
      audit({ nonResourceUrls: ["metrics", "/a*b"] }),
      ["audit.rules[0].nonResourceUrls[0]", /begins with \//],
      ["audit.rules[0].nonResourceUrls[1]", /only at the end/],
    ],
    [
      "audit rule for a version of a group",
      audit({ resources: [{ group: "apps/v1" }] }),
      ["audit.rules[0].resources[0].group", /without a version/],
    ],
    ["audit rule that turns audit logging off", audit({}), ["audit.rules[0]", /turns audit logging off/]],
  ],
  {
    prefix: "cluster.access.",
    toConfig: (settings) =>
      cluster(Object.fromEntries(Object.entries(settings).map(([key, value]) => [`access.${key}`, value]))),
  },
);

rejects(
  [
    ["no validations", { validations: [] }, /is empty/],
    [
      "unknown variable",
      { validations: [{ expression: "claims.x == 1", message: "no" }] },
      ["validations[0].expression", /unknown variable claims/],
    ],
    [
      "validation that is no boolean",
      { validations: [{ expression: "object.a", message: "no" }] },
      ["validations[0].expression", /must be bool/],
    ],
    [
      "message of two lines",
      { validations: [{ expression: "true", message: "a\nb" }] },
      ["validations[0].message", /line break/],
    ],
    ["variable that is a reserved word", { variables: { namespace: "1" } }, ["variables.namespace", /reserved word/]],
    [
      "variable that is used before it is declared",
      { variables: { a: "1", b: "variables.c + variables.a", c: "2" } },
      ["variables.b", /unknown field c/],
    ],
    ["duplicate action", { actions: ["Audit", "Audit"] }, ["actions[1]", /duplicate/]],
    [
      "65 match conditions",
      { matchConditions: Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`c${index}`, "true"])) },
      /accepts 64/,
    ],
    [
      "match rules that overlap",
      {
        match: [
          { apiGroups: ["*", "apps"], apiVersions: ["v1", "*"], resources: ["*", "pods"], operations: ["*", "CREATE"] },
          { apiGroups: [], apiVersions: [""], resources: ["pods/*", "pods/exec"] },
          { resources: ["*/*", "pods"] },
          { resources: ["*/exec", "*/exec"] },
        ],
      },
      ["match[0].apiGroups", /remove the other/],
      ["match[0].apiVersions", /remove the other/],
      ["match[0].operations", /remove the other/],
      ["match[0].resources", /remove the others/],
      ["match[1].apiGroups", /must not be empty/],
      ["match[1].apiVersions[0]", /must not be empty/],
      ["match[1].resources[1]", /included in pods/],
      ["match[2].resources", /remove the other/],
      ["match[3].resources[1]", /duplicate/],
    ],
    [
      "blank message",
      { validations: [{ expression: "true", message: "\u0085" }] },
      ["validations[0].message", /1 to 512/],
    ],
    ["Deny and Warn", { actions: ["Deny", "Warn"] }, /both Deny and Warn/],
  ],
  { kind: "admission policy: ", prefix: "cluster.access.admission.policies.mine.", toConfig: policies },
);

rejects([
  [
    "admission policies with addons.enabled: false",
    { "access.admission.policies": { mine: policy() }, "addons.enabled": false },
    ["access.admission.policies", /addons.enabled: false/],
  ],
]);

accepts([
  [
    "policy with variables",
    policies({
      variables: { n: "object.spec.containers.size()" },
      matchConditions: { big: "request.operation == 'CREATE'" },
    }),
  ],
]);
