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

/** Programs of a member that talk to the API server of their own machine. */
const ownServerClients = ["kube-controller-manager", "kube-scheduler", "cloud-controller-manager"];

/**
 * Programs that talk to any API server, and may be three minor versions older. It follows that kube-proxy and the kubelet of its
 * node are at most three minor versions apart.
 */
const anyServerClients = ["kubelet", "kube-proxy"];

/** Programs whose version the policy does not allow, as texts; none without an API server. */
export function skewViolations(running: readonly RunningProgram[]): readonly string[] {
  const servers = running.filter(({ program }) => program === apiServer);
  const minors = servers.map(({ version }) => minor(version));
  if (minors.length === 0) return [];
  const [oldest, newest] = [Math.min(...minors), Math.max(...minors)];
  return [
    ...(newest - oldest > 1 ? [`API servers of 1.${oldest} and 1.${newest} at the same time`] : []),
    ...running.flatMap((each) => {
      const found = minor(each.version);
      if (anyServerClients.includes(each.program)) {
        if (found > oldest) return [`${each.program} ${each.version} beside an API server of 1.${oldest}`];
        if (found < newest - 3) return [`${each.program} ${each.version} is too old for 1.${newest}`];
      }
      const own = servers.find(({ node }) => node === each.node);
      if (!ownServerClients.includes(each.program) || own === undefined) return [];
      const server = minor(own.version);
      return found > server || found < server - 1
        ? [`${each.program} ${each.version} with an API server of ${own.version}`]
        : [];
    }),
  ];
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
    return version === undefined ? [] : [{ program: "kubelet", node: metadata.name, version }];
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
