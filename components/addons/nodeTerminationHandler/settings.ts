import type { Parsed } from "../../settings/fields";
import { wholeNumber } from "../../settings/fields";
import { onByDefault, section } from "../shared/settings";

export const nodeTerminationHandlerSettings = section("AWS Node Termination Handler: drains workers.", {
  enabled: onByDefault("AWS Node Termination Handler: drains a worker before its instance is terminated."),
  drainTimeoutSeconds: wholeNumber(60, 7200, {
    description: "Maximum time for draining a worker; afterwards the instance is terminated even if pods are left.",
    unit: "seconds",
  }).default(600),
  drainOnScheduledEvents: onByDefault("Drain a worker when AWS announces maintenance of its instance."),
});

export type NodeTerminationHandlerSpec = Parsed<typeof nodeTerminationHandlerSettings>;
