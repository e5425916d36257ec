/** Which steps make a machine a node, and what each leans on: independent ones run side by side. */

import type { ClusterSpec } from "../clusterSpec";
import { has } from "../addons/spec";
import { nodeAssets } from "./kubernetesVersions.plan";
import type { Role } from "./kubernetesVersions.plan";

/** One run of a script below `files/steps`. */
export interface Step {
  readonly name: string;
  /** Script and its arguments, where that is not the name. */
  readonly run?: readonly string[];
  /** Names of the steps that must be done before. */
  readonly after: readonly string[];
}

/** Steps by role; every step comes after those it leans on. */
export function nodeSteps(spec: ClusterSpec): Readonly<Record<Role, readonly Step[]>> {
  const holdMember: readonly Step[] = [
    { name: "volume", after: ["preflight"] },
    // The name follows the volume: whoever could not take the volume must not take the name.
    { name: "dns", after: ["volume"] },
    { name: "etcd", after: ["dns", "leaves", "asset-etcd"] },
    { name: "etcd-marker", after: ["etcd"] },
  ];
  const secrets: readonly Step[] = [
    { name: "secrets", after: ["preflight"] },
    { name: "leaves", after: ["secrets", "asset-kubeadm"] },
  ];
  const runtime: Step = {
    name: "runtime",
    after: ["preflight", "asset-containerd", "asset-runc", "asset-cni-plugins"],
  };
  // The platform's CoreDNS has the same name: kubeadm would lay its own over it at every start of a member.
  const ownDns = has(spec, "dns");
  const stacked = spec.etcd.topology === "stacked";
  return {
    controlPlane: [
      ...every(spec, "controlPlane"),
      ...secrets,
      ...(stacked ? holdMember : []),
      runtime,
      { name: "kubeconfigs", after: ["leaves"] },
      { name: "access", after: ["secrets"] },
      { name: "images", after: ["runtime", "leaves"] },
      {
        name: "control-plane",
        after: [...(stacked ? ["etcd"] : []), "images", "kubeconfigs", "access", "asset-kubelet"],
      },
      { name: "skew", after: ["control-plane", "asset-kubectl"] },
      // kubeadm asks the API at most five times a second, so that its phases take turns with waiting: side by side they do not.
      { name: "cluster-config", run: ["cluster", "upload-config", "all"], after: ["skew"] },
      { name: "bootstrap-rules", after: ["skew"] },
      ...(ownDns ? [] : [{ name: "coredns", run: ["cluster", "addon", "coredns"], after: ["skew"] }]),
      { name: "kube-proxy", run: ["cluster", "addon", "kube-proxy"], after: ["skew"] },
      { name: "mark", after: ["control-plane"] },
      { name: "join-token", after: ["cluster-config", "bootstrap-rules"] },
      { name: "former-machines", after: ["skew"] },
      {
        name: "healthy",
        after: ["join-token", "former-machines", ...(ownDns ? [] : ["coredns"]), "kube-proxy", "mark"],
      },
    ],
    etcd: [...every(spec, "etcd"), ...secrets, ...holdMember, { name: "healthy", after: ["etcd"] }],
    worker: [
      ...every(spec, "worker"),
      { name: "gpu", after: ["preflight"] },
      { name: "sandbox", after: ["preflight"] },
      { ...runtime, after: [...runtime.after, "gpu", "sandbox"] },
      { name: "join", after: ["runtime", "asset-kubelet", "asset-kubeadm"] },
      { name: "healthy", after: ["join"] },
    ],
  };
}

/** What a role needs is the same on every architecture; the control plane's is there in any case. */
function every(spec: ClusterSpec, role: Role): readonly Step[] {
  return [
    ...nodeAssets(spec, role, spec.controlPlane.architecture).map(({ name }) => ({
      name: `asset-${name}`,
      run: ["asset", name],
      after: [],
    })),
    { name: "host", after: [] },
    { name: "preflight", after: ["host"] },
  ];
}
