import type { Components } from "../shared/addon.plan";
import type * as component from "./gpuDevicePlugin";
import { chart } from "./values.plan";

export { gpuDevicePluginSettings as settings } from "./settings";

export const components: Components<typeof component> = {
  GpuDevicePlugin: {
    name: "gpu-device-plugin",
    condition: ({ workers }) => Object.values(workers).some(({ gpu }) => gpu),
    images: () => [chart],
  },
};
