/**
 * kubeadm patches of the settings for kubelet and the control plane's components. User data carries them, so that a changed
 * setting replaces only the machines that it concerns; cluster.json, which all machines share, would replace all.
 */

import type { ClusterSpec } from "../clusterSpec";
import { flagsOf } from "../controlPlane/componentFlags.plan";
import type { Flags } from "../scale/profiles.plan";
import { controlPlaneKubelet, kubeletOverrides, poolKubelet } from "./kubelet/effective.plan";
import type { KubeletSettings } from "./kubelet/settings";

/** Directory of patches, which kubeadm applies in the order of their names; the machine image may contain some. */
export const patchDirectory = "/etc/kubernetes/patches";

/** Text of patches by file name. */
export type Patches = Readonly<Record<string, string>>;

export function controlPlanePatches(spec: ClusterSpec): Patches {
  return {
    ...kubeletPatch(controlPlaneKubelet(spec)),
    ...flagPatch("kube-apiserver", flagsOf(spec.controlPlane.apiServer)),
    ...flagPatch("kube-controller-manager", flagsOf(spec.controlPlane.controllerManager)),
  };
}

/** Patches of a Linux pool; Windows has a kubelet configuration of its own. */
export function poolPatches(spec: ClusterSpec, pool: string): Patches {
  return spec.workers[pool]?.os === "windows" ? {} : kubeletPatch(poolKubelet(spec, pool));
}

function kubeletPatch(settings: KubeletSettings): Patches {
  const overrides = kubeletOverrides(settings);
  if (Object.keys(overrides).length === 0) return {};
  return { "kubeletconfiguration1settings+merge.json": `${JSON.stringify(overrides)}\n` };
}

/** Appends flags to the command of a static Pod. Of a flag that occurs twice, the last occurrence takes effect. */
function flagPatch(component: string, flags: Flags): Patches {
  const patch = Object.entries(flags).map(([name, value]) => ({
    op: "add",
    path: "/spec/containers/0/command/-",
    value: `--${name}=${value}`,
  }));
  return patch.length === 0 ? {} : { [`${component}1settings+json.json`]: `${JSON.stringify(patch)}\n` };
}
