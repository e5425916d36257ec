import type { Components } from "../shared/addon.plan";
import type * as component from "./ebsCsiDriver";
import { driverChart, snapshotControllerChart } from "./values.plan";

export { checkEbsCsiDriver as check, ebsCsiDriverSettings as settings } from "./settings";

export const components: Components<typeof component> = {
  EbsCsiDriver: {
    name: "ebs-csi-driver",
    images: ({ addons }) => [driverChart, ...(addons.ebsCsiDriver.snapshots.enabled ? [snapshotControllerChart] : [])],
  },
};
