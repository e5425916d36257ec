import type { Components } from "../shared/addon.plan";
import type * as component from "./gvisor";

export { gvisorSettings as settings } from "./settings";

export const components: Components<typeof component> = {
  Gvisor: {
    name: "gvisor",
    condition: ({ workers }) => Object.values(workers).some(({ sandbox }) => sandbox === "gvisor"),
  },
};
