import type { ClusterSpec } from "../clusterSpec";
import type { WorkerPoolSpec } from "./settings";
import { renderUserData, userDataLimit } from "../node/userData.plan";
import { renderWindowsUserData } from "../node/windowsUserData.plan";
import type { Finding, SettingPath } from "../settings/problems";

/** Bytes of labels and taints that always fit. Skips the rendering, which takes milliseconds per pool. */
const alwaysFits = 3000;

/** Bundle with the longest possible names. */
const bundle = { bucket: "b".repeat(63), key: `bundle/${"0".repeat(64)}.tar.gz`, sha256: "0".repeat(64) };

/** Labels and taints are part of user data, which EC2 limits. */
export function* checkUserData(spec: ClusterSpec, name: string, pool: WorkerPoolSpec): Iterable<Finding> {
  const { labels, taints, maxPods } = pool;
  const bytes = Buffer.byteLength(JSON.stringify([labels, taints]));
  if (bytes <= alwaysFits) return;
  const path: SettingPath = ["workers", name];
  try {
    const render = pool.os === "windows" ? renderWindowsUserData : renderUserData;
    render({
      bundle,
      node: {
        cluster: spec.name,
        region: spec.region,
        domain: spec.domain,
        parameterPrefix: `/holdfast/${spec.name}`,
        role: "worker",
        // Longest suffix of a group per zone.
        group: `${spec.name}-worker-${name}-${"z".repeat(8)}`,
        pool: { name, labels, taints, maxPods, gpu: true, sandbox: "gvisor" },
      },
    });
  } catch {
    const message = `labels and taints of ${bytes} bytes exceed the ${userDataLimit} bytes of user data that EC2 allows; write fewer or shorter ones`;
    yield { path, found: { labels, taints }, message, involves: [["domain"]] };
  }
}
