import { onByDefault, section } from "../shared/settings";

export const gvisorSettings = section("gVisor.", {
  enabled: onByDefault("RuntimeClass `gvisor`, if a pool has `sandbox: gvisor`."),
});
