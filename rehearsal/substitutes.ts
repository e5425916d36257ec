/** What a rehearsal changes in a stack's settings, and what it puts in the place of what cannot run on this host. Pure. */
import type { ClusterSpec } from "../components/clusterSpec";
import { has } from "../components/platform/spec";
import { serviceAddresses } from "./cloud/serviceAddresses";
import type { NotRehearsed } from "./objects/planned";

type Stack = Pick<ClusterSpec, "platform">;

/** Where software comes from, no sysctl that is the host's, and nothing that nodes would wait for in vain. */
export function rehearsalSettings(
  { platform }: Stack,
  sha256: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return {
    nodes: { assets: { baseUrl: `http://${serviceAddresses.assets}`, sha256 } },
    network: { conntrack: { maxPerCore: 0, min: 0 } },
    ...(platform.enabled && { platform: { podNetwork: { provider: "none" }, cloudController: { enabled: false } } }),
  };
}

/** What of the stack's own settings something else takes the place of. */
export function substituted(spec: Stack): readonly NotRehearsed[] {
  return [
    ...(spec.platform.enabled && spec.platform.podNetwork.provider !== "none"
      ? [{ name: "pod network", reason: "a bridge on every machine carries the pods' packets here" }]
      : []),
    ...(has(spec, "cloudController")
      ? [
          {
            name: "cloud controller",
            reason: "nodes are taken as they come; nothing is built that would initialise them",
          },
        ]
      : []),
    ...(has(spec, "certificateApprover")
      ? [
          {
            name: "approval of kubelets' certificates",
            reason: "the approver's module cannot be had; the rehearsal approves what nodes ask for in its place",
          },
        ]
      : []),
  ];
}
