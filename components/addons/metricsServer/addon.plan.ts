import type { Components } from "../shared/addon.plan";
import type * as component from "./metricsServer";
import { image } from "./server.plan";

export { metricsServerSettings as settings } from "./settings";

export const components: Components<typeof component> = {
  MetricsServer: { name: "metrics-server", images: () => [image] },
};
