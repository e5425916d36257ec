/** Layers and cycles. Data flows one way: settings -> pure plans -> resources -> machines. */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true, dependencyTypesNot: ["type-only"] } },
    {
      name: "pure-halves-import-no-pulumi",
      comment: "what decides counts, names, addresses or text is tested without an engine",
      severity: "error",
      from: {
        path: "^components/(clusterSpec|tags|access/people|tenancy/(quantity|spec|tree|budget|resolve|network|objects|guard|registries)|network/plan|firewall/rules|pki/(authorities|kubeconfig)|api/address|etcd/(members|backupKeys|maintenance|schedule|restoreOrder|alarmPlan)|(controlPlane|workers)/rollout|workers/(pools|purchase|hints|spec)|scale/profiles|platform/(spec|controllersSpec|charts|placement|awsStatements|storage/ebs\\.ts|termination/(departure|handlerPod)|autoscaler/scaling|problems/(conditions|detectorPod|replacement)|runtimes/(gpu|sandbox)\\.ts|labels|versions|apiHealth|apiWait|apiTunnel|podNetwork/flannelConfig|dns/corefile|certificateApprover/nodeNames)|account/(partition|viaService)|encryption/serviceUse|node/(userData|windowsUserData|kubeadm|bundle|versions|checksums|steps|platformFlags|nodeConfig|policies|policyTerms|cloudControllerPolicy|memberPolicy|sandboxAssets))",
      },
      to: { path: "node_modules/@pulumi" },
    },
    {
      name: "components-know-no-stack-and-no-rehearsal",
      severity: "error",
      from: { path: "^components/" },
      to: { path: "^(stacks|rehearsal|policies|tests)/" },
    },
    {
      name: "stacks-know-no-rehearsal",
      severity: "error",
      from: { path: "^stacks/" },
      to: { path: "^(rehearsal|tests)/" },
    },
    {
      name: "policies-judge-any-program",
      comment: "the pack is used by itself: it knows neither this project's components nor its rehearsal",
      severity: "error",
      from: { path: "^policies/" },
      to: { path: "^(components|stacks|rehearsal|tests)/" },
    },
    {
      name: "rules-read-only-inputs",
      comment: "no file, no network, no engine: what a rule says depends on what it is shown",
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
      name: "command-line-knows-no-program",
      comment: "what programs have in common knows none of them",
      severity: "error",
      from: { path: "^cli/" },
      to: { path: "^(components|stacks|rehearsal|operations|policies|bench|tests)/" },
    },
    {
      name: "nothing-loads-the-served-pack",
      comment: "a pack serves as soon as it is loaded: only the CLI may do so",
      severity: "error",
      from: { pathNot: "^policies/main" },
      to: { path: "^policies/index" },
    },
    {
      name: "settings-import-no-pulumi",
      severity: "error",
      from: { path: "^stacks/(settings|schema|checks)" },
      to: { path: "node_modules/@pulumi" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
