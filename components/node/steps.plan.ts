/** Steps that set up a machine of each role, and their dependencies: independent steps run in parallel. */

import type { ClusterSpec } from "../clusterSpec";
import { isAddonEnabled } from "../addons/settings";
import { assetNames } from "./assets.plan";
import { isKubernetesRegistryInEcr } from "./images.plan";
import type { MachineRole } from "../aws/tags.plan";

/** One run of a script in `files/steps`. */
export interface Step {
  readonly name: string;
  /** Script and arguments. Default: the script with the name of the step. */
  readonly run?: readonly string[];
  /** Steps that must be done before. */
  readonly after: readonly string[];
}

const secrets: readonly Step[] = [
  { name: "secrets", after: ["preflight"] },
  { name: "certificates", after: ["secrets", "asset-kubeadm"] },
];
const etcd: readonly Step[] = [
  { name: "data-volume", after: ["preflight"] },
  // Only the machine that holds the volume may take the member's name.
  { name: "etcd-dns", after: ["data-volume"] },
  { name: "etcd", after: ["etcd-dns", "certificates", "asset-etcd"] },
  { name: "etcd-marker", after: ["etcd"] },
];
const containerd: Step = {
  name: "containerd",
  after: ["preflight", "asset-containerd", "asset-runc", "asset-cni-plugins"],
};

const credentialProvider: Step = { name: "credential-provider", after: ["preflight", "asset-ecr-credential-provider"] };

/** Steps by role; every step comes after its dependencies. */
export function nodeSteps(spec: ClusterSpec): Readonly<Record<MachineRole, readonly Step[]>> {
  const stacked = spec.etcd.topology === "stacked";
  // The add-on has the same name as kubeadm's CoreDNS, which would overwrite it at every start of a member.
  const coreDns: readonly Step[] = isAddonEnabled(spec, "dns")
    ? []
    : [{ name: "coredns", run: ["kubeadm-phase", "addon", "coredns"], after: ["version-skew"] }];
  // containerd pulls the pause image itself, without credentials.
  const pauseImage: readonly Step[] = isKubernetesRegistryInEcr(spec)
    ? [{ name: "images", after: ["containerd", "credential-provider"] }]
    : [];
  return {
    "control-plane": [
      ...firstSteps("control-plane"),
      ...secrets,
      ...(stacked ? etcd : []),
      containerd,
      { name: "kubeconfigs", after: ["certificates"] },
      { name: "api-server-config", after: ["secrets"] },
      credentialProvider,
      { name: "images", after: ["containerd", "certificates", "credential-provider"] },
      {
        name: "control-plane",
        after: [...(stacked ? ["etcd"] : []), "images", "kubeconfigs", "api-server-config", "asset-kubelet"],
      },
      { name: "version-skew", after: ["control-plane", "asset-kubectl"] },
      // In parallel, because kubeadm spends most of these phases waiting: it polls the API at most five times per second.
      { name: "kubeadm-config", run: ["kubeadm-phase", "upload-config", "all"], after: ["version-skew"] },
      { name: "bootstrap-token", after: ["version-skew"] },
      ...coreDns,
      { name: "mark-control-plane", after: ["control-plane"] },
      { name: "delete-stale-nodes", after: ["version-skew"] },
      // These two depend on the versions of all members, which Nodes tell.
      { name: "kube-proxy", after: ["version-skew", "mark-control-plane", "delete-stale-nodes"] },
      { name: "join-token", after: ["kubeadm-config", "bootstrap-token", "mark-control-plane", "delete-stale-nodes"] },
      {
        name: "health-check",
        after: [
          ...["join-token", "delete-stale-nodes", "kube-proxy", "mark-control-plane"],
          ...coreDns.map(({ name }) => name),
        ],
      },
    ],
    etcd: [...firstSteps("etcd"), ...secrets, ...etcd, { name: "health-check", after: ["etcd"] }],
    worker: [
      ...firstSteps("worker"),
      { name: "gpu", after: ["preflight"] },
      { name: "gvisor", after: ["preflight"] },
      { ...containerd, after: [...containerd.after, "gpu", "gvisor"] },
      credentialProvider,
      ...pauseImage,
      {
        name: "join",
        after: [
          ...["containerd", "credential-provider", "asset-kubelet", "asset-kubeadm"],
          ...pauseImage.map(({ name }) => name),
        ],
      },
      { name: "health-check", after: ["join"] },
    ],
  };
}

function firstSteps(role: MachineRole): readonly Step[] {
  return [
    ...assetNames(role).map((name) => ({ name: `asset-${name}`, run: ["asset", name], after: [] })),
    { name: "kernel", after: [] },
    { name: "preflight", after: ["kernel"] },
  ];
}
