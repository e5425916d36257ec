/** Modes and owners of files: benchmark sections 1.1 and 4.1. Pure. */
import { allOf, type CisCheck, type FileSelection, modeOf, onProcesses, ownerOf } from "./check";

interface FileCheck extends FileSelection {
  /** Numbers of the checks of the mode and of the owner. */
  readonly ids: readonly [string | undefined, string | undefined];
  readonly title: string;
  readonly automated?: false;
  /** Largest mode. Default: 0600. */
  readonly most?: number;
  /** Default: root:root. */
  readonly owner?: string;
  /** Additional judgment with that of the owner. */
  readonly also?: CisCheck["find"];
  readonly answer: string;
}

const manifests = "kubeadm writes it with umask 077.";
const kubeconfig = "kubeadm writes it with mode 0600.";
const replace = "Replace the machine: its boot writes the file again.";

const files: readonly FileCheck[] = [
  ...(
    [
      [["1.1.1", "1.1.2"], "API server", "kube-apiserver"],
      [["1.1.3", "1.1.4"], "controller manager", "kube-controller-manager"],
      [["1.1.5", "1.1.6"], "scheduler", "kube-scheduler"],
    ] as const
  ).map(([ids, title, name]): FileCheck => {
    const paths = [`/etc/kubernetes/manifests/${name}.yaml`];
    return { ids, title: `Static pod of the ${title}`, place: "control plane", paths, answer: manifests };
  }),
  {
    ids: ["1.1.7", "1.1.8"],
    title: "Unit and settings of etcd",
    place: "etcd",
    paths: ["/etc/systemd/system/etcd.service", "/etc/etcd/etcd.env", /^\/etc\/etcd\/[^/]+\.env$/],
    answer: "etcd is a systemd unit, not a static pod; its unit and settings have mode 0600.",
  },
  {
    ids: ["1.1.9", "1.1.10"],
    title: "CNI configuration",
    automated: false,
    place: "nodes",
    paths: [/^\/etc\/cni\/net\.d\/.+/],
    answer: "The DaemonSet of the pod network installs it; flannel's with mode 0600.",
  },
  {
    ids: ["1.1.11", "1.1.12"],
    title: "Data directory of etcd",
    place: "etcd",
    most: 0o700,
    owner: "etcd:etcd",
    paths: ["/var/lib/etcd/data", "/var/lib/etcd"],
    also: onProcesses("etcd", "etcd", ({ user }) => (user === "etcd" ? [] : [`etcd runs as ${user} instead of etcd`])),
    answer: "etcd runs as the user `etcd`, which alone can read the data volume.",
  },
  {
    ids: ["1.1.13", "1.1.14"],
    title: "Credentials of the administrator",
    place: "control plane",
    paths: ["/etc/kubernetes/admin.conf", "/etc/kubernetes/super-admin.conf"],
    answer: kubeconfig,
  },
  {
    ids: ["1.1.15", "1.1.16"],
    title: "kubeconfig of the scheduler",
    place: "control plane",
    paths: ["/etc/kubernetes/scheduler.conf"],
    answer: kubeconfig,
  },
  {
    ids: ["1.1.17", "1.1.18"],
    title: "kubeconfig of the controller manager",
    place: "control plane",
    paths: ["/etc/kubernetes/controller-manager.conf"],
    answer: kubeconfig,
  },
  {
    ids: [undefined, "1.1.19"],
    title: "PKI folder and its files",
    place: "members",
    paths: ["/etc/kubernetes/pki", /^\/etc\/kubernetes\/pki\/.+/],
    answer: "Everything below `/etc/kubernetes/pki` belongs to root. etcd has copies of its own in `/etc/etcd/pki`.",
  },
  {
    ids: ["1.1.20", undefined],
    title: "Certificates in the PKI folders",
    automated: false,
    place: "members",
    most: 0o644,
    paths: [/^\/etc\/(kubernetes|etcd)\/pki\/.+\.crt$/],
    answer: "Mode 0644, in folders with mode 0700.",
  },
  {
    ids: ["1.1.21", undefined],
    title: "Private keys in the PKI folders",
    automated: false,
    place: "members",
    paths: [/^\/etc\/(kubernetes|etcd)\/pki\/.+\.key$/],
    answer: "Mode 0600.",
  },
  {
    ids: ["4.1.1", "4.1.2"],
    title: "Unit of kubelet and its drop-ins",
    place: "nodes",
    paths: ["/etc/systemd/system/kubelet.service", /^\/etc\/systemd\/system\/kubelet\.service\.d\/.+/],
    answer: "The bundle installs all units with mode 0600.",
  },
  {
    ids: ["4.1.3", "4.1.4"],
    title: "kubeconfig of kube-proxy",
    automated: false,
    place: "nodes",
    paths: ["/etc/kubernetes/proxy.conf"],
    optional: "kube-proxy is a DaemonSet and reads its kubeconfig from a ConfigMap.",
    answer: "kube-proxy is a DaemonSet and reads its kubeconfig from a ConfigMap.",
  },
  {
    ids: ["4.1.5", "4.1.6"],
    title: "kubeconfig of kubelet",
    place: "nodes",
    paths: ["/etc/kubernetes/kubelet.conf"],
    answer: kubeconfig,
  },
  {
    ids: ["4.1.7", "4.1.8"],
    title: "Authority that kubelet trusts",
    automated: false,
    place: "nodes",
    most: 0o644,
    paths: ["/etc/kubernetes/pki/ca.crt"],
    answer: "Mode 0644, owner root.",
  },
  {
    ids: ["4.1.9", "4.1.10"],
    title: "Configuration of kubelet",
    place: "nodes",
    paths: ["/var/lib/kubelet/config.yaml"],
    answer: "kubeadm writes it with umask 077.",
  },
];

/** Checks of the mode and of the owner of each file. */
export const fileChecks: readonly CisCheck[] = files.flatMap((file) => {
  const { ids, title, automated = true, most = 0o600, owner = "root:root", also, answer } = file;
  const [mode, ownership] = ids;
  const check = (id: string | undefined, suffix: string, find: CisCheck["find"]): readonly CisCheck[] =>
    id === undefined ? [] : [{ id, title: `${title}: ${suffix}`, automated, answer, fix: replace, find }];
  return [
    ...check(mode, `mode ${most.toString(8)} or stricter`, modeOf(most, file)),
    ...check(
      ownership,
      `owner ${owner}`,
      also === undefined ? ownerOf(owner, file) : allOf(ownerOf(owner, file), also),
    ),
  ];
});
