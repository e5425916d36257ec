import { parseSettings } from "../../stacks/settings";
import { cluster, expectProblems, problemsOf, stackConfig, stackNames } from "./settingsSupport";

const storageClass = "ebsCsiDriver.storageClass";
const drainTimeout = "nodeTerminationHandler.drainTimeoutSeconds";
const autoscaler = "clusterAutoscaler";
const replacement = "nodeProblemDetector.workerReplacement";

test.each<[setting: string, value: unknown, message: RegExp, reported?: string]>([
  ["podNetwork.provider", "calico", /choose from|one of cilium, flannel, none/],
  ["podNetwork.provider", "flanel", /did you mean flannel\?/],
  ["podNetwork.flannel.vni", 16_777_216, /at most 16777215/],
  ["dns", { minReplicas: 5, autoscaling: { maxReplicas: 4 } }, /write 5 or more/, "dns.autoscaling.maxReplicas"],
  ["dns", false, /must be a mapping/],
  ["metricsServer.replicas", 0, /at least 1/],
  ["metricServer", { enabled: false }, /did you mean .*metricsServer\?/],
  ["cloudController.enabled", "false", /without quotes/],
  ["apiTimeoutMinutes", 121, /at most 120/],
  [`${storageClass}.name`, "Fast", /lower-case/],
  [`${storageClass}.fileSystem`, "zfs", /xfs/],
  [`${storageClass}.throughputMiBps`, 800, /needs at least 3200 IOPS .* at most 750/],
  [`${storageClass}.iops`, 100, /at least 3000/],
  [`${storageClass}.reclaimPolicy`, "retain", /Retain/],
  [drainTimeout, 10, /at least 60/],
  [drainTimeout, 7201, /at most 7200/],
  [`${autoscaler}.expanders`, ["price"], /least-waste/, `${autoscaler}.expanders[0]`],
  [`${autoscaler}.expanders`, ["least-waste", "least-waste"], /duplicate/, `${autoscaler}.expanders[1]`],
  [`${autoscaler}.expanders`, [], /must not be empty/],
  [`${autoscaler}.expanders`, ["priority"], /needs priorities/],
  [`${autoscaler}.priorities`, { general: 10 }, /only valid with the expander priority/],
  [
    autoscaler,
    { expanders: ["priority"], priorities: { genral: 10 } },
    /unknown pool; did you mean general\?/,
    `${autoscaler}.priorities.genral`,
  ],
  [`${autoscaler}.scaleDown.utilizationPercentage`, 100, /at most 99/],
  [`${replacement}.notReadyMinutes`, 1, /at least 5/],
  [`${replacement}.pauseMinutes`, 0, /at least 5/],
  ["gpuDevicePlugin.timeSlices", 0, /at least 1/],
])("rejects addons.%s: %j", (setting, value, message, reported = setting) => {
  expectProblems(cluster({ [`addons.${setting}`]: value }), [`cluster.addons.${reported}`, message]);
});

test.each([
  { "addons.dns": { enabled: false, minReplicas: 5, autoscaling: { maxReplicas: 4 } } },
  { "addons.clusterAutoscaler": { enabled: false, expanders: ["priority"] } },
  { "addons.clusterAutoscaler": { expanders: ["priority", "least-waste"], priorities: { general: 10 } } },
])("accepts %j", (settings) => {
  expect(problemsOf(cluster(settings))).toEqual([]);
});

test.each(stackNames)("stack %s enables all add-ons except ExternalDNS", (stack) => {
  const parsed = parseSettings(stackConfig(stack));
  const { enabled, apiTimeoutMinutes, podNetwork, externalDns, ...others } = parsed.ok ? parsed.spec.addons : {};
  expect([enabled, apiTimeoutMinutes, podNetwork?.provider]).toEqual([true, 20, "cilium"]);
  // ExternalDNS requires hosted zones, which have no default.
  expect(externalDns?.enabled).toBe(false);
  expect(Object.keys(others).length).toBeGreaterThan(0);
  for (const addon of Object.values(others)) expect(addon).toMatchObject({ enabled: true });
});
