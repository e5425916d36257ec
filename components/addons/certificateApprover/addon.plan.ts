import type { Components } from "../shared/addon.plan";
import type * as component from "./certificateApprover";
import { image } from "./image.plan";

export { certificateApproverSettings as settings } from "./settings";

export const components: Components<typeof component> = {
  CertificateApprover: { name: "certificate-approver", images: () => [image] },
};
