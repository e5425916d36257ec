import { parseSettings } from "../../stacks/settings";
import type { BadInput } from "./settingsSupport";
import { cluster, expectProblems, problemsOf, stackConfig, stackNames } from "./settingsSupport";

const platform = "cluster.platform";
const autoscaler = `${platform}.clusterAutoscaler`;
const storageClass = `${platform}.ebsCsi.storageClass`;

const badInputs: readonly BadInput[] = [
  [
    "a class with capitals",
    cluster({ "platform.ebsCsi.storageClass.name": "Fast" }),
    [`${storageClass}.name`, /lower-case/],
  ],
  [
    "a file system that no driver makes",
    cluster({ "platform.ebsCsi.storageClass.fileSystem": "zfs" }),
    [`${storageClass}.fileSystem`, /write one of ext4, xfs|xfs/],
  ],
  [
    "more throughput than the operations carry",
    cluster({ "platform.ebsCsi.storageClass.throughputMiBps": 800 }),
    [`${storageClass}.throughputMiBps`, /takes 3200 IOPS .* at most 750/],
  ],
  [
    "too few operations",
    cluster({ "platform.ebsCsi.storageClass.iops": 100 }),
    [`${storageClass}.iops`, /at least 3000/],
  ],
  [
    "a policy in lower case",
    cluster({ "platform.ebsCsi.storageClass.reclaimPolicy": "retain" }),
    [`${storageClass}.reclaimPolicy`, /did you mean Retain|Delete, Retain/],
  ],
  [
    "no time to drain",
    cluster({ "platform.nodeTerminationHandler.drainSeconds": 10 }),
    [`${platform}.nodeTerminationHandler.drainSeconds`, /at least 60/],
  ],
  [
    "longer than a hook takes",
    cluster({ "platform.nodeTerminationHandler.drainSeconds": 7201 }),
    [`${platform}.nodeTerminationHandler.drainSeconds`, /at most 7200/],
  ],
  [
    "an expander that there is not on AWS",
    cluster({ "platform.clusterAutoscaler.expanders": ["price"] }),
    [`${autoscaler}.expanders[0]`, /least-waste/],
  ],
  [
    "an expander twice",
    cluster({ "platform.clusterAutoscaler.expanders": ["least-waste", "least-waste"] }),
    [`${autoscaler}.expanders[1]`, /twice/],
  ],
  [
    "no expander",
    cluster({ "platform.clusterAutoscaler.expanders": [] }),
    [`${autoscaler}.expanders`, /must not be empty/],
  ],
  [
    "the expander priority without any",
    cluster({ "platform.clusterAutoscaler.expanders": ["priority"] }),
    [`${autoscaler}.expanders`, /no pool has one/],
  ],
  [
    "priorities that nobody reads",
    cluster({ "platform.clusterAutoscaler.priorities.general": 10 }),
    [`${autoscaler}.priorities`, /expander priority alone/],
  ],
  [
    "the priority of a pool that there is not",
    cluster({ "platform.clusterAutoscaler": { expanders: ["priority"], priorities: { genral: 10 } } }),
    [`${autoscaler}.priorities.genral`, /did you mean general\?/],
  ],
  [
    "a node that is needed when it is full",
    cluster({ "platform.clusterAutoscaler.scaleDown.utilizationPercentage": 100 }),
    [`${autoscaler}.scaleDown.utilizationPercentage`, /at most 99/],
  ],
  [
    "a remedy at the first missed heartbeat",
    cluster({ "platform.nodeProblemDetector.remedy.notReadyMinutes": 1 }),
    [`${platform}.nodeProblemDetector.remedy.notReadyMinutes`, /at least 5/],
  ],
  [
    "a remedy without a pause",
    cluster({ "platform.nodeProblemDetector.remedy.pauseMinutes": 0 }),
    [`${platform}.nodeProblemDetector.remedy.pauseMinutes`, /at least 5/],
  ],
  [
    "a GPU for nobody",
    cluster({ "platform.gpuDevicePlugin.timeSlices": 0 }),
    [`${platform}.gpuDevicePlugin.timeSlices`, /at least 1/],
  ],
];

test.each(badInputs.map((input) => ({ what: input[0], input })))("$what is refused with its path", ({ input }) => {
  expectProblems(input);
});

const components = [
  "ebsCsi",
  "nodeTerminationHandler",
  "clusterAutoscaler",
  "nodeProblemDetector",
  "gpuDevicePlugin",
  "sandbox",
];

test.each(components)("%s can be left out", (component) => {
  const parsed = parseSettings(cluster({ [`platform.${component}.enabled`]: false }));
  expect(parsed.ok && parsed.spec.platform).toMatchObject({ [component]: { enabled: false } });
});

test("what is switched off is not looked at together", () => {
  const off = cluster({ "platform.clusterAutoscaler": { enabled: false, expanders: ["priority"] } });
  expect(problemsOf(off)).toEqual([]);
});

test("priorities by pool are taken", () => {
  const parsed = parseSettings(
    cluster({ "platform.clusterAutoscaler": { expanders: ["priority", "least-waste"], priorities: { general: 10 } } }),
  );
  expect(parsed.ok && parsed.spec.platform.clusterAutoscaler.priorities).toEqual({ general: 10 });
});

test.each(stackNames)("%s has them all without a word about them", (stack) => {
  const parsed = parseSettings(stackConfig(stack));
  const expected = Object.fromEntries(components.map((component) => [component, { enabled: true }]));
  expect(parsed.ok && parsed.spec.platform).toMatchObject(expected);
});
