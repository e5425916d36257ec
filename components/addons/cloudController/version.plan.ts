/** Releases by Kubernetes minor: both have the same minor (cloud-provider-aws, "Compatibility"). */
const versions: Readonly<Record<string, string>> = { "1.35": "1.35.0", "1.36": "1.36.1" };

/** @throws RangeError if no release is known for the Kubernetes minor; settings refuse such versions before */
export function cloudControllerVersion(kubernetesVersion: string): string {
  const version = versions[kubernetesVersion.split(".").slice(0, 2).join(".")];
  if (version === undefined) throw new RangeError(`no cloud controller is known for Kubernetes ${kubernetesVersion}`);
  return version;
}

export const cloudControllerImage = (kubernetesVersion: string): string =>
  `registry.k8s.io/provider-aws/cloud-controller-manager:v${cloudControllerVersion(kubernetesVersion)}`;
