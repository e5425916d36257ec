import { z } from "zod";

import type { Parsed } from "../../settings/fields";
import { flag, wholeNumber } from "../../settings/fields";
import { section } from "../shared/settings";

export const podNetworkSettings = section("Pod network.", {
  provider: z
    .enum(["cilium", "flannel", "none"])
    .default("cilium")
    .meta({
      description: "Pod network to install. With `none`, nodes stay NotReady until you install a network yourself.",
    }),
  flannel: section("flannel.", {
    // 24 bits (RFC 7348); 1 is flannel's own default.
    vni: wholeNumber(1, 16_777_215, {
      description: "VXLAN network identifier. Two flannel networks in one VPC need different ones.",
    }).default(1),
  }),
  cilium: section("Cilium.", {
    hubble: flag({ description: "Hubble with its relay: flows between pods." }).default(false),
  }),
});

export type PodNetworkSpec = Parsed<typeof podNetworkSettings>;
