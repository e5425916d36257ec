import type { Components } from "../shared/addon.plan";
import type * as cilium from "./cilium";
import { chart } from "./cilium.plan";
import type * as flannel from "./flannel";
import { cniPluginImage, image } from "./flannel.plan";

export { podNetworkSettings as settings } from "./settings";

export const components: Components<typeof cilium & typeof flannel> = {
  Cilium: {
    name: "cilium",
    prerequisite: true,
    condition: ({ addons }) => addons.podNetwork.provider === "cilium",
    images: () => [chart],
  },
  Flannel: {
    name: "flannel",
    prerequisite: true,
    condition: ({ addons }) => addons.podNetwork.provider === "flannel",
    images: () => [image, cniPluginImage],
  },
};
