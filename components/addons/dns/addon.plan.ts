import type { Components } from "../shared/addon.plan";
import type * as component from "./dns";
import { dnsImages } from "./images.plan";

export { checkDns as check, dnsSettings as settings } from "./settings";

export const components: Components<typeof component> = { Dns: { name: "dns", images: dnsImages } };
