import { onByDefault, section } from "../shared/settings";

export const certificateApproverSettings = section("Approval of kubelet serving certificates.", {
  enabled: onByDefault(
    "kubelet serving certificates from the cluster's authority, approved only for a node's own names and addresses.",
  ),
});
