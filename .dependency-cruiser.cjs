/** Layers and cycles. Data flows one way: settings -> pure plans -> resources -> machines. */

/** By folder of components/: what declares resources, or names them for those that do. All else there is pure, new files too. */
const resourceHalves = {
  ".": ["cluster"],
  access: ["admissionRules", "auditLog", "encryptionKeys", "issuer", "roles", "serviceAccountRole"],
  account: ["account"],
  alarms: ["alarmTopic"],
  api: ["apiEndpoint"],
  controlPlane: ["controlPlane", "memberGroup"],
  encryption: ["encryptedLogGroup", "encryptionKey"],
  etcd: ["alarms", "backupCopy", "backups", "etcd", "restoreParameter"],
  firewall: ["firewall"],
  network: ["endpoints", "flowLogs", "network", "vpc"],
  node: ["diskEncryption", "machineBasis", "machineRole", "machineTemplate", "nodeBundle"],
  pki: ["alarms", "authority", "pki", "trustOrder"],
  platform: [
    ...["account", "clusterAccess", "controller", "controllers", "deployChart", "disruptionBudget", "platform"],
    "priorityClasses",
  ],
  "platform/autoscaler": ["clusterAutoscaler"],
  "platform/certificateApprover": ["certificateApprover"],
  "platform/cloudController": ["cloudController"],
  "platform/dns": ["coreDns", "dns", "nodeLocalCache", "proportionalAutoscaler"],
  "platform/metricsServer": ["metricsServer"],
  "platform/podNetwork": ["cilium", "flannel", "podNetwork"],
  "platform/problems": ["nodeProblemDetector"],
  "platform/runtimes": ["gpuDevicePlugin"],
  "platform/storage": ["ebsCsi"],
  "platform/termination": ["nodeTerminationHandler"],
  storage: ["accessLogs", "privateBucket"],
  tenancy: ["tenancy", "tenant"],
  workers: ["workerPool", "workers"],
};

const resourceHalf = `^components/(${Object.entries(resourceHalves)
  .map(([folder, names]) => `${folder === "." ? "" : `${folder}/`}(${names.join("|")})`)
  .join("|")})\\.ts$`;

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true, dependencyTypesNot: ["type-only"] } },
    {
      name: "pure-halves-import-no-pulumi",
      comment:
        "what decides counts, names, addresses or text is tested without an engine; its types may speak of Pulumi's",
      severity: "error",
      from: { path: "^components/", pathNot: resourceHalf },
      to: { path: "node_modules/@pulumi", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "pure-halves-import-no-resource-halves",
      comment: "nor do they by way of another",
      severity: "error",
      from: { path: "^components/", pathNot: resourceHalf },
      to: { path: resourceHalf, dependencyTypesNot: ["type-only"] },
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
  required: [
    {
      name: "resource-halves-need-pulumi",
      comment: "what has become pure leaves the list",
      severity: "error",
      module: { path: resourceHalf },
      to: { path: "node_modules/@pulumi", reachable: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
