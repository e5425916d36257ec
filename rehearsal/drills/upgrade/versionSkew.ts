/** Version skew policy of Kubernetes (https://kubernetes.io/releases/version-skew-policy/), for what a cluster runs. Pure. */
import { minor } from "semver";

/** Running part of Kubernetes. */
export interface RunningProgram {
  /** `kubelet`, `kube-apiserver`, … */
  readonly program: string;
  /** Name of its node. */
  readonly node: string;
  /** Without `v`. */
  readonly version: string;
}

const apiServer = "kube-apiserver";

/** Programs of a member that talk to the API server of their own machine, and may be one minor version older. */
const ownServerClients = ["kube-controller-manager", "kube-scheduler", "cloud-controller-manager"];

/**
 * Programs that talk to any API server, and may be three minor versions older. It follows that kube-proxy and the kubelet of its
 * node are at most three minor versions apart. A member's kubelet uses the API server of its own machine (kubeadm's
 * ControlPlaneKubeletLocalMode).
 */
const kubelet = "kubelet";
const anyServerClients = [kubelet, "kube-proxy"];

/**
 * Programs whose version the policy does not allow, as texts; none without an API server.
 * @param members names of the members' Nodes
 */
export function skewViolations(running: readonly RunningProgram[], members: ReadonlySet<string>): readonly string[] {
  const servers = running.filter(({ program }) => program === apiServer);
  const { oldest, newest } = minorRange(servers);
  return [
    ...(newest - oldest > 1 ? [`API servers of 1.${oldest} and 1.${newest} at the same time`] : []),
    ...running.flatMap(({ program, node, version }) => {
      if (program === apiServer) return [];
      const ownServer = ownServerClients.includes(program) || (program === kubelet && members.has(node));
      const used = minorRange(ownServer ? servers.filter((server) => server.node === node) : servers);
      const found = minor(version);
      if (found > used.oldest) return [`${program} ${version} is newer than an API server of 1.${used.oldest}`];
      const allowed = anyServerClients.includes(program) ? 3 : 1;
      return found < used.newest - allowed
        ? [`${program} ${version} is too old for an API server of 1.${used.newest}`]
        : [];
    }),
  ];
}

/** Oldest and newest minor version; without any program, a range that every version fits. */
function minorRange(programs: readonly RunningProgram[]): { readonly oldest: number; readonly newest: number } {
  const minors = programs.map(({ version }) => minor(version));
  return { oldest: Math.min(...minors), newest: Math.max(...minors) };
}

interface Node {
  readonly metadata: { readonly name: string };
  readonly status: { readonly nodeInfo?: { readonly kubeletVersion: string } };
}

interface Pod {
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image: string }[] };
}

/** Running programs of a cluster, from its Nodes and the pods in kube-system. */
export function runningPrograms(nodes: readonly Node[], pods: readonly Pod[]): readonly RunningProgram[] {
  const kubelets = nodes.flatMap(({ metadata, status }) => {
    const version = /^v(.+)$/.exec(status.nodeInfo?.kubeletVersion ?? "")?.[1];
    return version === undefined ? [] : [{ program: kubelet, node: metadata.name, version }];
  });
  const containers = pods.flatMap(({ spec: { nodeName: node, containers: list } }) =>
    list.flatMap(({ image }) => {
      const [, program, version] = /\/([^/:]+):v(\d+\.\d+\.\d+)$/.exec(image) ?? [];
      const known = [apiServer, ...ownServerClients, ...anyServerClients];
      if (node === undefined || program === undefined || version === undefined || !known.includes(program)) return [];
      return [{ program, node, version }];
    }),
  );
  return [...kubelets, ...containers];
}
