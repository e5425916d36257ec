/** Values of charts that a rehearsal overrides. Pure. */
import { chart as cilium } from "../../components/addons/podNetwork/cilium.plan";
import { mergeSettings } from "../../stacks/file/merge";

/** Images are built here, so that their digests differ from the publisher's. */
const anyDigest = { image: { useDigest: false } };

/** Capabilities of Cilium's agent without SYS_MODULE and SYS_RESOURCE, which machines of a rehearsal do not have. */
const agentCapabilities = [
  ...["CHOWN", "KILL", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "SYS_ADMIN"],
  ...["DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID", "SYSLOG"],
];

const overrides: Readonly<Record<string, object>> = {
  [cilium.chart]: {
    ...anyDigest,
    operator: anyDigest,
    hubble: { relay: anyDigest },
    // Envoy, which enforces policies of layer 7, is not built.
    envoy: { enabled: false },
    l7Proxy: false,
    securityContext: { capabilities: { ciliumAgent: agentCapabilities, cleanCiliumState: ["NET_ADMIN", "SYS_ADMIN"] } },
  },
};

/** @param chart name */
export const rehearsedValues = (chart: string, values: Readonly<Record<string, unknown>>): unknown =>
  mergeSettings(values, overrides[chart] ?? {});
