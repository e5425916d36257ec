/**
 * Which problems of a node are looked for, and what the Node Problem Detector is told to find them by. A problem that passes
 * becomes an event; one that stays becomes a condition of the node, and those call for a new machine (replacement.ts).
 */

/** Who the detector is in the cluster. */
export const problemDetector = {
  namespace: "kube-system",
  name: "node-problem-detector",
  version: "1.36.0",
  image: "registry.k8s.io/node-problem-detector/node-problem-detector:v1.36.0",
  /** Port on which it says that it lives, and its figures. */
  healthPort: 20256,
  metricsPort: 20257,
} as const;

/** A condition that stays until the node is gone. */
export interface LastingProblem {
  /** Type of the condition that the node gets. */
  readonly condition: string;
  /** What the condition says while all is well. */
  readonly fine: string;
  readonly reason: string;
  /** In the kernel's log: a regular expression. */
  readonly pattern: string;
}

/** Found in the kernel's log. None of them goes away by itself: what has been read wrong or not written stays so. */
export const kernelProblems: readonly LastingProblem[] = [
  {
    condition: "ReadonlyFilesystem",
    fine: "no file system was remounted read-only",
    reason: "FilesystemIsReadOnly",
    pattern: "Remounting filesystem read-only",
  },
  {
    condition: "XfsShutdown",
    fine: "XFS has not shut down",
    reason: "XfsHasShutdown",
    pattern: "XFS .* Shutting down filesystem.?",
  },
  {
    condition: "CperHardwareErrorFatal",
    fine: "the firmware has reported no fatal error",
    reason: "CperHardwareErrorFatal",
    pattern: ".*\\[Hardware Error\\]: event severity: fatal$",
  },
];

/** Services that keep being restarted: found by counting in the journal. */
export const restartProblems: readonly (LastingProblem & {
  /** Starts within twenty minutes that are too many. */
  readonly count: number;
})[] = [
  {
    condition: "FrequentKubeletRestart",
    fine: "kubelet stays up",
    reason: "FrequentKubeletRestart",
    pattern: "Started kubelet\\.service",
    count: 5,
  },
  {
    condition: "FrequentContainerdRestart",
    fine: "containerd stays up",
    reason: "FrequentContainerdRestart",
    pattern: "Started containerd\\.service",
    count: 5,
  },
];

/** Kernel messages worth an event on the node, by their reason. */
const passingProblems: Readonly<Record<string, string>> = {
  OOMKilling: "Killed process \\d+ (.+) total-vm:\\d+kB, anon-rss:\\d+kB, file-rss:\\d+kB.*",
  TaskHung: "task [\\S ]+:\\w+ blocked for more than \\w+ seconds\\.",
  KernelOops: "BUG: unable to handle kernel NULL pointer dereference at .*",
  Ext4Error: "EXT4-fs error .*",
  IOError: "Buffer I/O error .*",
  MemoryReadError: "CE memory read error .*",
};

/** Where the detector's image has the program that counts, and where a node's journal is. */
const counter = "/home/kubernetes/bin/log-counter";
const journal = "/var/log/journal";

/** The detector's configuration files, by name. */
export function detectorFiles(): Readonly<Record<string, string>> {
  const kernel = {
    plugin: "kmsg",
    logPath: "/dev/kmsg",
    lookback: "5m",
    bufferSize: 10,
    source: "kernel-monitor",
    metricsReporting: true,
    conditions: kernelProblems.map(whileFine),
    rules: [
      ...Object.entries(passingProblems).map(([reason, pattern]) => ({ type: "temporary", reason, pattern })),
      ...kernelProblems.map(({ condition, reason, pattern }) => ({ type: "permanent", condition, reason, pattern })),
    ],
  };
  const restarts = {
    plugin: "custom",
    pluginConfig: { invoke_interval: "5m", timeout: "1m", max_output_length: 80, concurrency: 1 },
    source: "systemd-monitor",
    metricsReporting: true,
    conditions: restartProblems.map(whileFine),
    rules: restartProblems.map(({ condition, reason, pattern, count }) => ({
      type: "permanent",
      condition,
      reason,
      path: counter,
      args: [
        "--journald-source=systemd",
        `--log-path=${journal}`,
        "--lookback=20m",
        // A machine that boots starts its services more than once.
        "--delay=5m",
        `--count=${count}`,
        `--pattern=${pattern}`,
      ],
      timeout: "1m",
    })),
  };
  return { "kernel-monitor.json": text(kernel), "restart-monitor.json": text(restarts) };
}

/** A node's condition while it has not the problem. */
export function whileFine({ condition, reason, fine }: LastingProblem) {
  return { type: condition, reason: `No${reason}`, message: fine };
}

const text = (document: object): string => `${JSON.stringify(document, undefined, 2)}\n`;

/** The detector's command line. */
export function detectorCommand(directory: string): readonly string[] {
  return [
    "/node-problem-detector",
    "--logtostderr",
    `--config.system-log-monitor=${directory}/kernel-monitor.json`,
    `--config.custom-plugin-monitor=${directory}/restart-monitor.json`,
    "--address=0.0.0.0",
    `--port=${problemDetector.healthPort}`,
    `--prometheus-port=${problemDetector.metricsPort}`,
  ];
}
