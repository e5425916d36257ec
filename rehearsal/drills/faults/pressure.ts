/** Programs on the leader's machine that take its CPU time or memory from etcd and the control plane. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, healthCheckWindow } from "../drill";
import { etcdProcess, type RehearsedCluster, waitUntil } from "../rehearsedCluster";

const seconds = 30;
/** Longer time in ms for the pressure to show: on a busy host, the service gets little CPU time. */
const lateMs = 90_000;
const unit = "holdfast-drill-pressure.service";
/** Busy processes per CPU. */
const busyPerCpu = 8;
/** Memory in bytes that is left on the machine: more than any of its programs has, so that the kernel kills the one that takes it. */
const headroom = 1 << 30;
const MiB = 1 << 20;

const limits = {
  ...healthCheckWindow,
  failuresMs: 1000 * seconds + lateMs + healthCheckWindow.failuresMs,
  fullStrengthMs: 60_000,
  lost: "none",
} as const;

interface Pressure {
  readonly name: string;
  readonly description: string;
  /** Arguments of systemd-run: properties, and the command. */
  readonly service: string;
  /** Script that prints a number, which proves the pressure; `main` is the service's main process. */
  readonly proof: string;
  /** Smallest value that proves it. */
  readonly least: number;
  /** Log line. */
  readonly describe: (value: number) => string;
  /** Bytes that the machine may use beyond its present memory. Default: no limit. */
  readonly headroom?: number;
}

/** Process ids of etcd and, if the machine has one, the API server. */
const readProcesses = (cluster: RehearsedCluster, member: string): Promise<string> =>
  cluster.runOnMember(member, `${etcdProcess}; pidof kube-apiserver || true`);

const pressure = ({ name, description, service, proof, least, describe, headroom }: Pressure): Drill => ({
  name,
  description,
  limits,
  soak: { members: 1, seconds: 60 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const leader = await cluster.leader();
    const { id } = cluster.etcdMachine(leader);
    const before = await readProcesses(cluster, leader);
    faultBegins();
    let value = 0;
    try {
      if (headroom !== undefined) {
        const bytes = (await cluster.client.limitMemory(id, headroom)) ?? 0;
        log(`the machine of member ${leader} has ${Math.round(bytes / MiB)} MiB of memory`);
      }
      await cluster.runOnMember(leader, `systemd-run --quiet --collect --unit=${unit} ${service}`);
      await sleep(1000 * seconds);
      const main = `main=$(systemctl show -p MainPID --value ${unit})`;
      await waitUntil("the service to take its CPU time or memory", lateMs, async () => {
        value = Number(await cluster.runOnMember(leader, `${main}; ${proof}`));
        return value >= least;
      });
    } finally {
      await cluster.runOnMember(leader, `systemctl stop ${unit} 2>/dev/null || true`);
      if (headroom !== undefined) await cluster.client.limitMemory(id, null);
      faultEnds();
    }
    log(`${describe(value)}; member ${await cluster.leader()} leads`);
    if ((await readProcesses(cluster, leader)) !== before)
      throw new Error(`etcd or the API server of member ${leader} was restarted`);
  },
});

export const cpuPressure = pressure({
  name: "cpu-pressure",
  description: `a service with ${busyPerCpu} busy processes per CPU runs on the leader's machine for ${seconds} s; etcd has ten times its CPU weight`,
  service: `bash -c "for _ in {1..$((${busyPerCpu} * $(nproc)))}; do while :; do :; done & done; wait"`,
  // User and system time of its processes (proc(5)); systemd counts none with cgroup v1 in a container.
  proof: `ps --ppid "$main" -o pid= | while read -r pid; do cat "/proc/$pid/stat"; done | awk '{ sum += $14 + $15 } END { print sum + 0 }'`,
  // A quarter of one CPU, in USER_HZ of all architectures that Kubernetes supports: rehearsed machines share the host's CPUs.
  least: (100 * seconds) / 4,
  describe: (ticks) => `the service got ${(ticks / 100).toFixed(1)} s of CPU time`,
});

export const memoryPressure = pressure({
  name: "memory-pressure",
  description: `a service on the leader's machine takes all memory for ${seconds} s: the kernel kills it each time, and neither etcd nor the API server`,
  service: "-p Restart=always -p RestartSec=1 -p StartLimitIntervalSec=0 tail /dev/zero",
  proof: `systemctl show -p NRestarts --value ${unit}`,
  least: 1,
  describe: (restarts) => `the kernel killed the service ${restarts} times`,
  headroom,
});
