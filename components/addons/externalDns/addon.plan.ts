import type { Components } from "../shared/addon.plan";
import type * as component from "./externalDns";
import { chart } from "./values.plan";

export { externalDnsSettings as settings } from "./settings";

export const components: Components<typeof component> = {
  ExternalDns: { name: "external-dns", images: () => [chart] },
};
