import type { ClusterSpec } from "../clusterSpec";
import type { Finding } from "../settings/problems";
import { finding } from "../settings/problems";

const plugin = "DefaultTolerationSeconds";

/** Flags of the control plane's components. */
export function* checkComponents({ access, controlPlane }: ClusterSpec): Iterable<Finding> {
  if (!access.admission.disabledPlugins.some((name) => name === plugin)) return;
  for (const key of ["defaultNotReadyTolerationSeconds", "defaultUnreachableTolerationSeconds"] as const) {
    if (controlPlane.apiServer[key] === undefined) continue;
    const message = `no effect without the admission plugin ${plugin}; remove that from access.admission.disabledPlugins, or remove this`;
    yield finding(["controlPlane", "apiServer", key], message, [["access", "admission", "disabledPlugins"]]);
  }
}
