/** Files that machines of a rehearsal consist of and programs that they talk to, built on this host and cached. */
export interface RehearsalAssets {
  /** Kubernetes versions that machines can run: that of the members at the start, then the others. */
  readonly kubernetesVersions: readonly [string, ...string[]];
  /** Root tree of a machine, read-only: the lower layer of every machine's overlay. */
  readonly image: string;
  /** A /var/lib/containerd with the images unpacked. Per machine: hard-link `snapshots` and blobs, copy `*.db`. */
  readonly containerdSeed: string;
  /** Folder of the asset mirror, in the layout of `components/node/kubernetesVersions.plan.ts`. */
  readonly mirror: string;
  /** Names of the container images on every machine. */
  readonly images: readonly string[];
  /** SHA-256 of every file of the mirror, by path below the base URL. */
  readonly sha256: Readonly<Record<string, string>>;
  /** Charts that can be rendered, and the program that does it. Default: none. */
  readonly charts?: Charts;
  /** Absolute paths of programs that run on the host. */
  readonly tools: {
    readonly haproxy: string;
    readonly coredns: string;
    readonly motoServer: string;
    readonly kubectl: string;
    readonly etcdctl: string;
  };
}

/** Helm charts on this host. */
export interface Charts {
  /** Program of `modules/helm`. */
  readonly render: string;
  /** Folders of charts by name. */
  readonly folders: Readonly<Record<string, string>>;
}

/** Receives the start and end of each step. `cached`: found intact. `seconds` comes with `done`. */
export type Report = (step: string, state: "start" | "done" | "cached", seconds?: number) => void;

export interface PrepareOptions {
  /** Kubernetes version of the members at the start, without `v`: one of `rehearsedKubernetesVersions`. */
  readonly kubernetesVersion: string;
  /** Other versions: those of worker pools, and those that machines may get later. Duplicates are allowed. Default: none. */
  readonly upgrades?: readonly string[];
  /** With Cilium's images and chart. Default: false. */
  readonly cilium?: boolean;
  readonly report: Report;
  /** Receives the source of the software and the reason, before the first step. */
  readonly note?: (text: string) => void;
  /** Compares the SHA-256 of every cached file and rebuilds what differs. Default false: compares sizes and times. */
  readonly verify?: boolean;
}

/** Requirement that this host does not meet, and its remedy. */
export interface HostProblem {
  readonly problem: string;
  readonly remedy: string;
}
