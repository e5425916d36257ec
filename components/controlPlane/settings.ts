import { architecture, instanceType, members, withArchitecture } from "../machines/settings";
import { disk, mapping } from "../settings/fields";
import type { Parsed } from "../settings/fields";

export const controlPlaneSettings = mapping({
  members: members("machines"),
  instanceType: instanceType(),
  architecture,
  rootVolume: disk(50, 20, "Root disk of each machine"),
})
  .transform(withArchitecture)
  .prefault({})
  .meta({
    description: "Control-plane machines.",
    examples: [{ members: 5, instanceType: "m7g.xlarge", rootVolume: { sizeGiB: 100 } }],
  });

export type ControlPlaneSpec = Parsed<typeof controlPlaneSettings>;
