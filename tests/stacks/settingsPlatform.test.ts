import { parseSettings } from "../../stacks/settings";
import type { BadInput } from "./settingsSupport";
import { cluster, expectProblems, problemsOf, stackConfig, stackNames } from "./settingsSupport";

const platform = "cluster.platform";

const badInputs: readonly BadInput[] = [
  [
    "a pod network that there is not",
    cluster({ "platform.podNetwork.provider": "calico" }),
    [`${platform}.podNetwork.provider`, /write one of cilium, flannel, none/],
  ],
  [
    "a misspelt pod network",
    cluster({ "platform.podNetwork.provider": "flanel" }),
    [`${platform}.podNetwork.provider`, /did you mean flannel\?/],
  ],
  [
    "a network identifier of more than 24 bits",
    cluster({ "platform.podNetwork.flannel.vni": 16_777_216 }),
    [`${platform}.podNetwork.flannel.vni`, /at most 16777215/],
  ],
  [
    "fewer replicas of CoreDNS at most than at least",
    cluster({ "platform.dns": { minReplicas: 5, autoscaling: { max: 4 } } }),
    [`${platform}.dns.autoscaling.max`, /write 5 or more/],
  ],
  [
    "no replica",
    cluster({ "platform.metricsServer.replicas": 0 }),
    [`${platform}.metricsServer.replicas`, /at least 1/],
  ],
  [
    "a component that there is not",
    cluster({ "platform.metricServer": { enabled: false } }),
    [`${platform}.metricServer`, /did you mean cluster.platform.metricsServer\?/],
  ],
  [
    "a switch that is a text",
    cluster({ "platform.cloudController.enabled": "false" }),
    [`${platform}.cloudController.enabled`, /without quotes/],
  ],
  ["a component that is a switch itself", cluster({ "platform.dns": false }), [`${platform}.dns`, /must be a mapping/]],
  ["an endless wait", cluster({ "platform.apiTimeoutMinutes": 121 }), [`${platform}.apiTimeoutMinutes`, /at most 120/]],
];

test.each(badInputs.map((input) => [input[0], input] as const))("%s is refused with its path", (_what, input) => {
  expectProblems(input);
});

test("bounds of a component that is switched off are not looked at", () => {
  const off = cluster({ "platform.dns": { enabled: false, minReplicas: 5, autoscaling: { max: 4 } } });
  expect(problemsOf(off)).toEqual([]);
});

test.each(["cloudController", "dns", "metricsServer", "certificateApprover"])("%s can be left out", (component) => {
  const parsed = parseSettings(cluster({ [`platform.${component}.enabled`]: false }));
  expect(parsed.ok && parsed.spec.platform).toMatchObject({ enabled: true, [component]: { enabled: false } });
});

test.each(stackNames)("%s has a whole platform without a word about it", (stack) => {
  const parsed = parseSettings(stackConfig(stack));
  expect(parsed.ok && parsed.spec.platform).toMatchObject({
    enabled: true,
    podNetwork: { provider: "cilium" },
    cloudController: { enabled: true },
    dns: { enabled: true, autoscaling: { enabled: true } },
    metricsServer: { enabled: true },
    certificateApprover: { enabled: true },
  });
});
