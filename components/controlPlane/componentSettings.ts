import { duration } from "../settings/durations";
import { flag, mapping, wholeNumber } from "../settings/fields";
import type { Parsed } from "../settings/fields";
import { scaleProfile, scales } from "../scale/profiles.plan";
import { notApiServerSettings, notControllerManagerSettings } from "./notConfigurable";

/** Default of a flag, and that of each scale which has another one. */
function byScale(component: "apiServer" | "controllerManager", flag: string, byDefault: string): string {
  const others = scales.flatMap((scale) => {
    const value = scaleProfile(scale)[component][flag];
    return value === undefined ? [] : [`\`${value}\` with \`scale: ${scale}\``];
  });
  return [`\`${byDefault}\``, ...others].join(", ");
}

/** Settings have the names of the API server's flags, in camel case. A test compares the defaults with those of the pinned version. */
const apiServer = mapping(
  {
    maxRequestsInflight: wholeNumber(50, 20_000, {
      description:
        "Maximum number of concurrent read requests per member; `api-priority-and-fairness` distributes the sum of both limits.",
      unit: "requests",
      defaultIs: byScale("apiServer", "max-requests-inflight", "400"),
    }).optional(),
    maxMutatingRequestsInflight: wholeNumber(50, 20_000, {
      description: "Maximum number of concurrent write requests per member.",
      unit: "requests",
      defaultIs: byScale("apiServer", "max-mutating-requests-inflight", "200"),
    }).optional(),
    // Events fill etcd's database, whose quota is limited.
    eventTTL: duration("5m", "24h", {
      description: "Time that events are kept.",
      defaultIs: byScale("apiServer", "event-ttl", "1h0m0s"),
    }).optional(),
    defaultNotReadyTolerationSeconds: wholeNumber(0, 86_400, {
      description: "Time after which pods leave a node that is not ready, unless they say otherwise.",
      unit: "seconds",
      defaultIs: "`300`",
    }).optional(),
    defaultUnreachableTolerationSeconds: wholeNumber(0, 86_400, {
      description: "Time after which pods leave a node that is unreachable, unless they say otherwise.",
      unit: "seconds",
      defaultIs: "`300`",
    }).optional(),
    requestTimeout: duration("10s", "10m", {
      description: "Maximum duration of a request other than watches.",
      defaultIs: "`1m0s`",
    }).optional(),
    minRequestTimeout: wholeNumber(60, 86_400, {
      description: "Minimum duration of watches; each lasts up to twice as long.",
      unit: "seconds",
      defaultIs: "`1800`",
    }).optional(),
    serviceAccountExtendTokenExpiration: flag({
      description: "Issue tokens of pods for a year instead of an hour, for clients that never read them again.",
      defaultIs: "`false`; Kubernetes' own is `true`",
    }).optional(),
  },
  {},
  notApiServerSettings,
);

/** Terminated pods that a cluster keeps, unless settings or scale say otherwise. Kubernetes' own default is 12500. */
export const terminatedPodGCThreshold = "1000";

/** Settings have the names of the controller manager's flags, in camel case. */
const controllerManager = mapping(
  {
    horizontalPodAutoscalerSyncPeriod: duration("5s", "10m", {
      description: "Interval of the Horizontal Pod Autoscaler.",
      defaultIs: "`15s`",
    }).optional(),
    horizontalPodAutoscalerDownscaleStabilization: duration("0s", "2h", {
      description: "Time without a recommendation for more pods before the Horizontal Pod Autoscaler removes some.",
      defaultIs: "`5m0s`",
    }).optional(),
    horizontalPodAutoscalerInitialReadinessDelay: duration("0s", "1h", {
      description: "Time after a pod's start in which changes of its readiness count as its first start.",
      defaultIs: "`30s`",
    }).optional(),
    horizontalPodAutoscalerCpuInitializationPeriod: duration("0s", "1h", {
      description: "Time after a pod's start in which its CPU usage may be ignored.",
      defaultIs: "`5m0s`",
    }).optional(),
    terminatedPodGCThreshold: wholeNumber(1, 100_000, {
      description: "Number of terminated pods above which the oldest are deleted.",
      unit: "pods",
      defaultIs: byScale("controllerManager", "terminated-pod-gc-threshold", terminatedPodGCThreshold),
    }).optional(),
  },
  {},
  notControllerManagerSettings,
);

export const apiServerSettings = apiServer.prefault({}).meta({ description: "Flags of the API server." });
export const controllerManagerSettings = controllerManager
  .prefault({})
  .meta({ description: "Flags of the controller manager." });

export type ApiServerSettings = Parsed<typeof apiServer>;
export type ControllerManagerSettings = Parsed<typeof controllerManager>;
