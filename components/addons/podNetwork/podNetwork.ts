import type * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { Cilium } from "./cilium";
import { Flannel } from "./flannel";

/** The pods' network that the settings ask for; nothing where somebody else brings one. */
export function podNetwork(
  name: string,
  args: { readonly spec: ClusterSpec },
  options: pulumi.ComponentResourceOptions,
): pulumi.ComponentResource | undefined {
  switch (args.spec.platform.podNetwork.provider) {
    case "cilium":
      return new Cilium(name, args, options);
    case "flannel":
      return new Flannel(name, args, options);
    case "none":
      return undefined;
  }
}
