import { wholeNumber } from "../../settings/fields";
import { onByDefault, section } from "../shared/settings";

export const metricsServerSettings = section("metrics-server.", {
  enabled: onByDefault("metrics-server: resource metrics for `kubectl top` and the HorizontalPodAutoscaler."),
  replicas: wholeNumber(1, 10, { description: "Number of replicas.", unit: "pods" }).default(2),
});
