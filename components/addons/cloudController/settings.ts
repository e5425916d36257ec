import { onByDefault, section } from "../shared/settings";

export const cloudControllerSettings = section("AWS cloud controller manager.", {
  enabled: onByDefault(
    "AWS cloud controller manager: initializes nodes, removes nodes without an instance, creates load balancers for Services.",
  ),
});
