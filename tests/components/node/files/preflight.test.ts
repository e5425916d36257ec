import { mkdirSync } from "node:fs";
import { clockTolerance } from "../../../../components/etcd/alarms.plan";
import { FakeAws } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

let aws: FakeAws;
let machine: FakeMachine;

/** What /proc and /sys/fs/cgroup of a good machine say. */
const good: Readonly<Record<string, string>> = {
  "proc/filesystems": "nodev\toverlay\n",
  "proc/meminfo": "MemTotal:        8000000 kB\n",
  "proc/swaps": "Filename Type Size Used Priority\n",
  "proc/self/status": "Seccomp:\t0\n",
  "proc/sys/net/netfilter/nf_conntrack_max": "262144\n",
  "proc/sys/vm/overcommit_memory": "1\n",
  "proc/sys/vm/panic_on_oom": "0\n",
  "proc/sys/kernel/panic": "10\n",
  "proc/sys/kernel/panic_on_oops": "1\n",
  "proc/sys/kernel/keys/root_maxkeys": "1000000\n",
  "proc/sys/kernel/keys/root_maxbytes": "25000000\n",
  "proc/sys/net/ipv4/ip_forward": "1\n",
  "proc/sys/net/bridge/bridge-nf-call-iptables": "1\n",
  "proc/sys/net/bridge/bridge-nf-call-ip6tables": "1\n",
  "cgroup/cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma\n",
};

beforeEach(async () => {
  aws = await FakeAws.start();
  machine = new FakeMachine(machines.controlPlane, {}, aws.environment);
  for (const [name, content] of Object.entries(good)) machine.write(name, content);
  for (const kind of ["cgroup", "ipc", "mnt", "net", "pid", "uts"]) machine.write(`proc/self/ns/${kind}`, "");
  machine.write("proc/sys/kernel/hostname", "ip-10-0-0-11\n");
  machine.write("machine-id", "0123456789abcdef0123456789abcdef\n");
  machine.stub("uname", "echo 6.1.0-31-cloud-amd64");
  machine.stub("nproc", "echo 2");
  machine.stub("ip", 'echo "2: eth0    inet 10.0.0.11/20 scope global eth0"');
  machine.stub("df", "printf 'Avail\\n20480\\n'");
  for (const command of ["e2fsck", "iptables", "modprobe", "nsenter", "systemctl"]) machine.stub(command, "exit 0");
  for (const command of ["conntrack", "ethtool", "socat", "mkfs.ext4", "resize2fs", "jq-is-real"])
    machine.stub(command, "exit 0");
});
afterEach(() => aws.stop());

const preflight = (environment: Readonly<Record<string, string>> = {}) =>
  machine.run(["steps/preflight"], {
    ...environment,
    HOLDFAST_PROC: machine.path("proc"),
    HOLDFAST_CGROUP: machine.path("cgroup"),
    HOLDFAST_MACHINE_ID: machine.path("machine-id"),
  });

test("a good machine passes", async () => {
  expect(await preflight()).toMatchObject({ code: 0, output: "holdfast: step preflight: 17 checks passed\n" });
});

test.each<[string, () => void, string]>([
  [
    "an old kernel",
    () => {
      machine.stub("uname", "echo 4.14.355");
    },
    "kernel: Linux 4.14.355 is too old",
  ],
  [
    "little memory",
    () => {
      machine.write("proc/meminfo", "MemTotal: 1000000 kB\n");
    },
    "memory: 976 MiB of memory: a controlPlane needs 1700 MiB",
  ],
  [
    "one CPU",
    () => {
      machine.stub("nproc", "echo 1");
    },
    "cpus: 1 CPU: a controlPlane needs 2",
  ],
  [
    "a full disk",
    () => {
      machine.stub("df", "printf 'Avail\\n100\\n'");
    },
    "disk-space: 100 MiB free",
  ],
  [
    "no host name",
    () => {
      machine.write("proc/sys/kernel/hostname", "localhost\n");
    },
    "hostname: host name 'localhost'",
  ],
  [
    "another address",
    () => {
      machine.stub("ip", "echo '2: eth0 inet 10.0.0.12/20'");
    },
    "address: the metadata service's address 10.0.0.11 is on no interface",
  ],
  [
    "no machine id",
    () => {
      machine.write("machine-id", "");
    },
    "machine-id: /etc/machine-id is empty",
  ],
  [
    "no overlay",
    () => {
      machine.write("proc/filesystems", "ext4\n");
    },
    "kernel-modules: the kernel has no overlay file system",
  ],
  [
    "a kernel setting",
    () => {
      machine.write("proc/sys/vm/panic_on_oom", "1\n");
    },
    "kernel-settings: vm.panic_on_oom is 1, not 0",
  ],
  [
    "no seccomp",
    () => {
      machine.write("proc/self/status", "Name: x\n");
    },
    "seccomp: the kernel has no seccomp",
  ],
  [
    "a controller off",
    () => {
      machine.write("cgroup/cgroup.controllers", "cpuset cpu pids\n");
    },
    "cgroup-controllers: cgroup controller memory is off",
  ],
  [
    "swap",
    () => {
      machine.write("proc/swaps", "Filename\n/swapfile file 1 0 -2\n");
    },
    "swap: swap is on",
  ],
  [
    "no nat table",
    () => {
      machine.stub("iptables", "echo no such table; exit 3");
    },
    "iptables: iptables cannot use the kernel's nat table: no such table",
  ],
])("%s is refused, and not tried again", async (_, spoil, line) => {
  spoil();
  const { code, output } = await preflight();
  expect([code, output]).toEqual([78, expect.stringContaining(`holdfast: step preflight: ${line}`)]);
  expect(output).toContain("refused: 1 of 17 checks failed");
});

test("all problems are listed at once", async () => {
  machine.stub("uname", "echo 4.14.355");
  machine.stub("nproc", "echo 1");
  machine.write("proc/sys/kernel/panic", "0\n");
  machine.write("proc/sys/net/ipv4/ip_forward", "0\n");
  const { code, output } = await preflight();
  expect(code).toBe(78);
  for (const line of [
    "kernel:",
    "cpus:",
    "kernel-settings: kernel.panic is 0",
    "kernel-settings: net.ipv4.ip_forward is 0",
  ]) {
    expect(output).toContain(line);
  }
  expect(output).toContain("refused: 3 of 17 checks failed");
});

test("a waived check is told and passed over, the others are not", async () => {
  machine.write("cgroup/cgroup.controllers.off", "");
  mkdirSync(machine.path("cgroup-v1"));
  machine.write("proc/cgroups", "#name hierarchy num enabled\ncpuset 1 1 1\ncpu 2 1 1\nmemory 3 1 1\npids 4 1 1\n");
  machine.write("config/preflight-waivers", "cgroup-v2\n");
  const v1 = () =>
    machine.run(["steps/preflight"], {
      HOLDFAST_PROC: machine.path("proc"),
      HOLDFAST_CGROUP: machine.path("cgroup-v1"),
      HOLDFAST_MACHINE_ID: machine.path("machine-id"),
    });
  expect(await v1()).toMatchObject({
    code: 0,
    output: expect.stringContaining("cgroup-v2 (waived): cgroup v1") as string,
  });
  machine.write("config/preflight-waivers", "swap\n");
  expect((await v1()).code).toBe(78);
});

/** A machine whose clock is so many seconds ahead of AWS's. */
const clockAhead = (seconds: number): void => {
  machine.stub("sleep", "exit 0");
  machine.stub("date", `[[ $* == *-d* ]] && exec /usr/bin/date "$@"; echo ${1_800_000_000 + seconds}`);
  aws.unsigned = () => ({ status: 404, headers: { date: new Date(1_800_000_000_000).toUTCString() } });
};

test("a clock that is off further than the alarm allows is waited for, then refused with the remedy", async () => {
  clockAhead(clockTolerance + 1);
  const { code, output } = await preflight();
  expect([code, output]).toEqual([78, expect.stringContaining("clock: the clock is 6 s off AWS's: let chrony")]);
});

test("a clock that is no further off is good enough", async () => {
  clockAhead(clockTolerance);
  expect((await preflight()).code).toBe(0);
});

test("AWS out of reach is not the clock's fault", async () => {
  const { code, output } = await preflight({ AWS_ENDPOINT_URL: "http://127.0.0.1:9" });
  expect([code, output]).toEqual([0, "holdfast: step preflight: 17 checks passed\n"]);
});

test("a machine of etcd alone needs nothing for pods", async () => {
  machine = new FakeMachine(machines.etcd, {}, aws.environment);
  for (const [name, content] of Object.entries(good)) machine.write(name, content);
  machine.write("proc/sys/kernel/hostname", "ip-10-0-0-11\n");
  machine.write("machine-id", "1\n");
  for (const command of ["uname", "nproc", "ip", "df"]) {
    const answer = {
      uname: "echo 6.1.0",
      nproc: "echo 1",
      ip: "echo ' 10.0.0.11/20'",
      df: "printf 'Avail\\n20480\\n'",
    }[command];
    machine.stub(command, answer ?? "");
  }
  for (const command of ["e2fsck", "modprobe", "systemctl", "mkfs.ext4", "resize2fs"]) machine.stub(command, "exit 0");
  machine.write("proc/swaps", "Filename\n/swapfile file 1 0 -2\n");
  expect(await preflight()).toMatchObject({ code: 0, output: "holdfast: step preflight: 9 checks passed\n" });
});
