import type { ClusterSpec, WorkerPoolSpec } from "../clusterSpec";
import { renderUserData, userDataLimit } from "../node/userData.plan";
import { renderWindowsUserData } from "../node/windowsUserData.plan";
import type { Finding, SettingPath } from "../settings/problems";

/** Labels and taints travel in user data, which EC2 limits. */

/** Bytes of labels and taints that fit in any case: rendering takes milliseconds, and a cluster may have a thousand pools. */
const surelyFits = 3000;

/** What AWS will name, at its longest. */
const bundle = { bucket: "b".repeat(63), key: `bundle/${"0".repeat(64)}.tar.gz`, sha256: "0".repeat(64) };

export function* checkUserData(spec: ClusterSpec, name: string, pool: WorkerPoolSpec): Iterable<Finding> {
  const { labels, taints, maxPods } = pool;
  const bytes = Buffer.byteLength(JSON.stringify([labels, taints]));
  if (bytes <= surelyFits) return;
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
        // With a zone of its own, at its longest.
        group: `${spec.name}-worker-${name}-${"z".repeat(8)}`,
        pool: { name, labels, taints, maxPods, gpu: true, sandbox: "gvisor" },
      },
    });
  } catch {
    const message = `labels and taints of ${bytes} bytes make more user data than the ${userDataLimit} bytes that EC2 takes; write fewer or shorter ones`;
    yield { path, found: { labels, taints }, message, involves: [["domain"]] };
  }
}
