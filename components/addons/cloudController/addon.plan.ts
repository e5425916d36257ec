import type { Components } from "../shared/addon.plan";
import type * as component from "./cloudController";
import { cloudControllerImage } from "./version.plan";

export { cloudControllerSettings as settings } from "./settings";

export const components: Components<typeof component> = {
  CloudController: {
    name: "cloud-controller",
    prerequisite: true,
    images: ({ kubernetesVersion }) => [cloudControllerImage(kubernetesVersion)],
  },
};
