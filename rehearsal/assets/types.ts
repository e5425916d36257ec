/** Everything that machines of a rehearsal are made of and talk to, built on this host and kept in the cache. */
export interface RehearsalAssets {
  /** Root tree of a machine, read-only: the lower layer of every machine's overlay. */
  readonly image: string;
  /** A /var/lib/containerd with the images unpacked. Per machine: hard-link `snapshots` and blobs, copy `*.db`. */
  readonly containerdSeed: string;
  /** Folder that is served as the asset mirror, in the layout of `components/node/kubernetesVersions.plan.ts`. */
  readonly mirror: string;
  /** Names of the container images that machines have. */
  readonly images: readonly string[];
  /** SHA-256 of every file of the mirror, by its path below the base URL. */
  readonly sha256: Readonly<Record<string, string>>;
  /** Programs that run on the host or in the rehearsal's own namespaces, as absolute paths. */
  readonly tools: {
    readonly haproxy: string;
    readonly coredns: string;
    readonly motoServer: string;
    readonly kubectl: string;
    readonly etcdctl: string;
  };
}

/**
 * Told of each step as it starts and ends. `cached`: found intact in the cache. `seconds` comes with `done`.
 */
export type Report = (step: string, state: "start" | "done" | "cached", seconds?: number) => void;

export interface PrepareOptions {
  /** Kubernetes version without `v`; the rehearsal has builds for those in `rehearsal/assets/releases.ts`. */
  readonly kubernetesVersion: string;
  readonly report: Report;
  /** Also compares the content of every cached file with its SHA-256 and rebuilds what differs. Default false: sizes and times. */
  readonly verify?: boolean;
}

/** Something that this host lacks, and how to get it. */
export interface HostProblem {
  readonly what: string;
  readonly how: string;
}
