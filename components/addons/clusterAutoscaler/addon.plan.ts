import type { Components } from "../shared/addon.plan";
import type * as component from "./clusterAutoscaler";
import { chart } from "./values.plan";

export { checkClusterAutoscaler as check, clusterAutoscalerSettings as settings } from "./settings";

export const components: Components<typeof component> = {
  ClusterAutoscaler: { name: "cluster-autoscaler", images: () => [chart] },
};
