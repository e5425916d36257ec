import type { Components } from "../shared/addon.plan";
import type * as component from "./nodeTerminationHandler";
import { image } from "./pod.plan";

export { nodeTerminationHandlerSettings as settings } from "./settings";

export const components: Components<typeof component> = {
  NodeTerminationHandler: { name: "termination-handler", images: () => [image] },
};
