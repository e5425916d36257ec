import { componentVersions } from "../../node/kubernetesVersions.plan";

/** @throws RangeError for an unknown Kubernetes minor; settings refuse such versions before */
export const cloudControllerVersion = (kubernetesVersion: string): string =>
  componentVersions(kubernetesVersion).cloudController;

export const cloudControllerImage = (kubernetesVersion: string): string =>
  `registry.k8s.io/provider-aws/cloud-controller-manager:v${cloudControllerVersion(kubernetesVersion)}`;
