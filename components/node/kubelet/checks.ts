import type { ClusterSpec } from "../../clusterSpec";
import type { Finding, SettingPath } from "../../settings/problems";
import { checkDuplicates, finding, formatPath, valueAt } from "../../settings/problems";
import { controlPlaneKubelet, poolKubelet, withDefaults } from "./effective.plan";
import { checkFields } from "./fieldChecks";
import { checkReservations } from "./reservationChecks";
import type { KubeletSettings } from "./settings";

const nodesPath: SettingPath = ["nodes", "kubelet"];

/** Kubelet settings of each group of nodes: a group's own, and those of all nodes. */
export function* checkKubelets(spec: ClusterSpec): Iterable<Finding> {
  yield* checkDuplicates([...nodesPath, "allowedUnsafeSysctls"], spec.nodes.kubelet.allowedUnsafeSysctls ?? []);
  // The same problem of several groups has one cause if the setting is that of all nodes.
  const seen = new Set<string>();
  for (const each of groupFindings(spec)) {
    const id = `${formatPath(each.path)} ${each.message}`;
    if (!seen.has(id)) yield each;
    seen.add(id);
  }
}

function* groupFindings(spec: ClusterSpec): Iterable<Finding> {
  const controlPlane: SettingPath = ["controlPlane", "kubelet"];
  yield* checkGroup(spec, controlPlane, controlPlaneKubelet(spec), spec.kubernetesVersion);
  for (const [name, pool] of Object.entries(spec.workers)) {
    const path: SettingPath = ["workers", name, "kubelet"];
    if (pool.os === "linux") {
      yield* checkGroup(spec, path, poolKubelet(spec, name), pool.kubernetesVersion);
      yield* checkReservations(spec, name, (field) => [...writtenIn(spec, path, [field]), ...field]);
    } else if (Object.keys(pool.kubelet).length > 0) {
      yield finding(path, "only supported on Linux; remove it", [["workers", name, "os"]]);
    }
  }
}

function* checkGroup(
  spec: ClusterSpec,
  path: SettingPath,
  settings: KubeletSettings,
  kubernetesVersion: string,
): Iterable<Finding> {
  const isControlPlane = path[0] === "controlPlane";
  yield* checkDuplicates([...path, "allowedUnsafeSysctls"], ownSysctls(spec, path));
  for (const { field, message, involves = [] } of checkFields(settings, isControlPlane, kubernetesVersion)) {
    const fields = [field, ...involves];
    yield {
      path: [...writtenIn(spec, path, fields), ...field],
      found: valueAt(withDefaults(settings), field),
      message,
      involves: [path, nodesPath].flatMap((section) => fields.map((each) => [...section, ...each])),
    };
  }
}

function ownSysctls(spec: ClusterSpec, path: SettingPath): readonly string[] {
  const own = valueAt(spec, [...path, "allowedUnsafeSysctls"]);
  return Array.isArray(own) ? own.map(String) : [];
}

/** Section in which the user wrote the first of these fields that is written at all: the group's, or that of all nodes. */
function writtenIn(spec: ClusterSpec, path: SettingPath, fields: readonly SettingPath[]): SettingPath {
  for (const field of fields) {
    for (const section of [path, nodesPath]) if (valueAt(spec, [...section, ...field]) !== undefined) return section;
  }
  return path;
}
