import type { Components } from "../shared/addon.plan";
import type * as component from "./nodeProblemDetector";
import { image } from "./problems.plan";

export { nodeProblemDetectorSettings as settings } from "./settings";

export const components: Components<typeof component> = {
  NodeProblemDetector: { name: "problem-detector", images: () => [image] },
};
