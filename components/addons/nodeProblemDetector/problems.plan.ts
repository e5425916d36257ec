/**
 * Problems that the Node Problem Detector finds. Temporary problems become events. Permanent problems become conditions of the
 * node, which lead to its replacement (workerReplacement.plan.ts).
 */

/** Program of the detector; its name is also that of its ServiceAccount in kube-system. */
export const program = { name: "node-problem-detector", version: "1.36.0" } as const;
export const image = `registry.k8s.io/node-problem-detector/${program.name}:v${program.version}`;

export interface PermanentProblem {
  /** Type of the node's condition. */
  readonly condition: string;
  /** Message of the condition while the problem is absent. */
  readonly healthy: string;
  readonly reason: string;
  /** Regular expression of the log line. */
  readonly pattern: string;
}

/** Problems in the kernel's log. None of them disappears by itself, because data is already lost or damaged. */
export const kernelProblems: readonly PermanentProblem[] = [
  {
    condition: "ReadonlyFilesystem",
    healthy: "no file system was remounted read-only",
    reason: "FilesystemIsReadOnly",
    pattern: "Remounting filesystem read-only",
  },
  {
    condition: "XfsShutdown",
    healthy: "XFS has not shut down",
    reason: "XfsHasShutdown",
    pattern: "XFS .* Shutting down filesystem.?",
  },
  {
    condition: "CperHardwareErrorFatal",
    healthy: "the firmware has reported no fatal error",
    reason: "CperHardwareErrorFatal",
    pattern: ".*\\[Hardware Error\\]: event severity: fatal$",
  },
];

/** Services that restart too often, by starts in the journal. */
export const restartProblems: readonly PermanentProblem[] = [
  {
    condition: "FrequentKubeletRestart",
    healthy: "kubelet stays up",
    reason: "FrequentKubeletRestart",
    pattern: "Started kubelet\\.service",
  },
  {
    condition: "FrequentContainerdRestart",
    healthy: "containerd stays up",
    reason: "FrequentContainerdRestart",
    pattern: "Started containerd\\.service",
  },
];

/** Kernel messages that become events, by reason. */
const temporaryProblems: Readonly<Record<string, string>> = {
  OOMKilling: "Killed process \\d+ (.+) total-vm:\\d+kB, anon-rss:\\d+kB, file-rss:\\d+kB.*",
  TaskHung: "task [\\S ]+:\\w+ blocked for more than \\w+ seconds\\.",
  KernelOops: "BUG: unable to handle kernel NULL pointer dereference at .*",
  Ext4Error: "EXT4-fs error .*",
  IOError: "Buffer I/O error .*",
  MemoryReadError: "CE memory read error .*",
};

/** Configuration files of the detector, by name. */
export function detectorFiles(): Readonly<Record<string, string>> {
  const kernel = {
    plugin: "kmsg",
    logPath: "/dev/kmsg",
    lookback: "5m",
    bufferSize: 10,
    source: "kernel-monitor",
    metricsReporting: true,
    conditions: kernelProblems.map(healthyCondition),
    rules: [
      ...Object.entries(temporaryProblems).map(([reason, pattern]) => ({ type: "temporary", reason, pattern })),
      ...kernelProblems.map(({ condition, reason, pattern }) => ({ type: "permanent", condition, reason, pattern })),
    ],
  };
  const restarts = {
    plugin: "custom",
    pluginConfig: { invoke_interval: "5m", timeout: "1m", max_output_length: 80, concurrency: 1 },
    source: "systemd-monitor",
    metricsReporting: true,
    conditions: restartProblems.map(healthyCondition),
    rules: restartProblems.map(({ condition, reason, pattern }) => ({
      type: "permanent",
      condition,
      reason,
      path: "/home/kubernetes/bin/log-counter",
      args: [
        "--journald-source=systemd",
        "--log-path=/var/log/journal",
        "--lookback=20m",
        // Services start more than once during boot.
        "--delay=5m",
        "--count=5",
        `--pattern=${pattern}`,
      ],
      timeout: "1m",
    })),
  };
  return { "kernel-monitor.json": text(kernel), "restart-monitor.json": text(restarts) };
}

/** Condition of a node without the problem. */
export function healthyCondition({ condition, reason, healthy }: PermanentProblem) {
  return { type: condition, reason: `No${reason}`, message: healthy };
}

const text = (document: object): string => `${JSON.stringify(document, undefined, 2)}\n`;
