/** Layers and cycles. Data flows one way: settings -> plans -> resources -> machines. */

/** Files of components/ that decide counts, names, addresses or text. They are tested without an engine. */
const pure =
  "^components/.*(\\.plan|[sS]ettings|[cC]hecks|[tT]extRules|fields|clusterSpec)\\.ts$|^components/settings/";

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "types may refer to each other: the specification contains the add-ons' settings, and add-ons read it",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "plans-import-no-pulumi",
      comment: "a *.plan.ts file is tested without an engine; its types may refer to Pulumi's",
      severity: "error",
      from: { path: pure },
      to: { path: "node_modules/@pulumi", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "plans-import-no-resources",
      comment: "a *.plan.ts file reaches Pulumi through no other file either",
      severity: "error",
      from: { path: "^components/.*\\.plan\\.ts$" },
      to: { path: "^components/", pathNot: pure, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "components-import-nothing-above-them",
      severity: "error",
      from: { path: "^components/" },
      to: { path: "^(stacks|plan|simulation|rehearsal|operations|policies|tests)/" },
    },
    {
      name: "stacks-import-nothing-above-them",
      severity: "error",
      from: { path: "^stacks/" },
      to: { path: "^(plan|simulation|rehearsal|operations|tests)/" },
    },
    {
      name: "simulation-imports-no-plan",
      severity: "error",
      from: { path: "^simulation/", pathNot: "^simulation/providers/" },
      to: { path: "^(stacks|plan|rehearsal|operations|policies|tests)/" },
    },
    {
      name: "plan-imports-no-rehearsal",
      severity: "error",
      from: { path: "^plan/" },
      to: { path: "^(rehearsal|operations|tests)/" },
    },
    {
      name: "policies-judge-any-program",
      comment: "the pack is used by itself: it imports neither this project's components nor its plan",
      severity: "error",
      from: { path: "^policies/" },
      to: { path: "^(components|stacks|plan|simulation|rehearsal|operations|tests)/" },
    },
    {
      name: "rules-read-only-inputs",
      comment:
        "no file, no network, no engine: a verdict depends on the resources, and on the price tables of policies/cost",
      severity: "error",
      from: { path: "^policies/(rules|model)/" },
      to: { path: "node_modules/(?!zod/)", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "rules-import-no-node",
      severity: "error",
      from: { path: "^policies/(rules|model)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "cli-imports-no-program",
      comment:
        "all programs share this code; only the definitions of commands, completion and the entry point load a program, when it runs",
      severity: "error",
      from: { path: "^cli/", pathNot: "^cli/(commands/|completion\\.ts|holdfast\\.cjs)" },
      to: { path: "^(components|stacks|plan|simulation|rehearsal|operations|policies|bench|tests)/" },
    },
    {
      name: "nothing-loads-the-served-pack",
      comment: "a pack serves as soon as it is loaded: only the Pulumi CLI may load it",
      severity: "error",
      from: { pathNot: "^policies/main" },
      to: { path: "^policies/index" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
