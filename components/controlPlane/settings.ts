import { architecture, instanceType, members, withArchitecture } from "../machines/settings";
import { kubeletSettings } from "../node/kubelet/settings";
import { disk, mapping } from "../settings/fields";
import type { Parsed } from "../settings/fields";
import { apiServerSettings, controllerManagerSettings } from "./componentSettings";

export const controlPlaneSettings = mapping({
  members: members("machines"),
  instanceType: instanceType(),
  architecture,
  rootVolume: disk(50, 20, "Root disk of each machine"),
  apiServer: apiServerSettings,
  controllerManager: controllerManagerSettings,
  kubelet: kubeletSettings("Kubelet settings of these machines, which take precedence over those of all nodes.").meta({
    sameAs: "nodes.kubelet",
  }),
})
  .transform(withArchitecture)
  .prefault({})
  .meta({
    description: "Control-plane machines.",
    examples: [
      { members: 5, instanceType: "m7g.xlarge", rootVolume: { sizeGiB: 100 }, apiServer: { maxRequestsInflight: 800 } },
    ],
  });

export type ControlPlaneSpec = Parsed<typeof controlPlaneSettings>;
