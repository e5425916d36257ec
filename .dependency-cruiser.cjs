/** Layers and cycles. Data flows one way: settings -> pure plans -> resources -> machines. */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true, dependencyTypesNot: ["type-only"] } },
    {
      name: "pure-halves-import-no-pulumi",
      comment: "what decides counts, names, addresses or text is tested without an engine",
      severity: "error",
      from: {
        path: "^components/(clusterSpec|tags|network/plan|firewall/rules|pki/(authorities|kubeconfig)|api/address|etcd/members|(controlPlane|workers)/rollout|workers/pools|account/(partition|viaService)|encryption/serviceUse|node/(userData|kubeadm|bundle|versions|checksums|steps|nodeConfig|policies|policyTerms|memberPolicy))",
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
