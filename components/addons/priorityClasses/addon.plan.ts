import type { Components } from "../shared/addon.plan";
import type * as component from "./priorityClasses";

export const components: Components<typeof component> = {
  PriorityClasses: { name: "priority-classes", prerequisite: true },
};
