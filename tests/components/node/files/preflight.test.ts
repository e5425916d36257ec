import { existsSync, rmSync } from "node:fs";
import { clockTolerance } from "../../../../components/etcd/alarms.plan";
import type { NodeConfig } from "../../../../components/node/nodeConfig.plan";
import { FakeAws } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

/** Files of a machine that passes. */
const files: Readonly<Record<string, string>> = {
  "machine-id": "0123456789abcdef0123456789abcdef\n",
  "proc/filesystems": "nodev\toverlay\n",
  "proc/meminfo": "MemTotal:        8000000 kB\n",
  "proc/swaps": "Filename Type Size Used Priority\n",
  "proc/self/status": "Seccomp:\t0\n",
  "proc/sys/kernel/hostname": "ip-10-0-0-11\n",
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

let aws: FakeAws;
let machine: FakeMachine;
beforeEach(async () => {
  aws = await FakeAws.start();
  machine = machineOf(machines.controlPlane);
});
afterEach(() => aws.stop());

function machineOf(node: NodeConfig): FakeMachine {
  const made = new FakeMachine(node, {}, aws.environment);
  for (const [name, content] of Object.entries(files)) made.write(name, content);
  for (const kind of ["cgroup", "ipc", "mnt", "net", "pid", "uts"]) made.write(`proc/self/ns/${kind}`, "");
  made.stub("uname", "echo 6.1.0-31-cloud-amd64");
  made.stub("nproc", "echo 2");
  made.stub("ip", 'echo "2: eth0    inet 10.0.0.11/20 scope global eth0"');
  made.stub("df", "printf 'Avail\\n20480\\n'");
  for (const command of ["e2fsck", "iptables", "modprobe", "nsenter", "systemctl", "conntrack", "ethtool", "socat"])
    made.stub(command, "exit 0");
  for (const command of ["blockdev", "dumpe2fs", "mkfs.ext4", "resize2fs"]) made.stub(command, "exit 0");
  return made;
}

const preflight = (environment: Readonly<Record<string, string>> = {}) =>
  machine.run(["steps/preflight"], {
    HOLDFAST_PROC: machine.path("proc"),
    HOLDFAST_CGROUP: machine.path("cgroup"),
    HOLDFAST_MACHINE_ID: machine.path("machine-id"),
    ...environment,
  });

test("a metadata service that does not answer yet delays the machine", async () => {
  const zone = aws.metadata["placement/availability-zone"] ?? "";
  delete aws.metadata["placement/availability-zone"];
  const { code } = await preflight();
  expect([code === 0, code === 78, existsSync(machine.path("run/identity.env"))]).toEqual([false, false, false]);
  expect((await machine.run("if identity; then exit 0; else exit 3; fi")).code).toBe(3);
  aws.metadata["placement/availability-zone"] = zone;
  expect(await preflight()).toMatchObject({ code: 0 });
});

test("a suitable machine passes", async () => {
  expect(await preflight()).toMatchObject({ code: 0, output: "holdfast: preflight: 17 checks passed\n" });
});

const stub = (command: string, script: string) => () => {
  machine.stub(command, script);
};
const write = (file: string, content: string) => () => {
  machine.write(file, content);
};
test.each<[string, () => void]>([
  ["kernel: Linux 4.14.355 is too old", stub("uname", "echo 4.14.355")],
  ["memory: 976 MiB of memory, control-plane needs 1700 MiB", write("proc/meminfo", "MemTotal: 1000000 kB\n")],
  ["cpus: 1 CPU, control-plane needs 2", stub("nproc", "echo 1")],
  ["disk-space: 100 MiB free", stub("df", "printf 'Avail\\n100\\n'")],
  ["hostname: host name 'localhost'", write("proc/sys/kernel/hostname", "localhost\n")],
  [
    "address: no interface has the metadata service's address 10.0.0.11",
    stub("ip", "echo '2: eth0 inet 10.0.0.12/20'"),
  ],
  ["machine-id: /etc/machine-id is empty", write("machine-id", "")],
  ["kernel-modules: the kernel lacks the overlay file system", write("proc/filesystems", "ext4\n")],
  ["kernel-settings: vm.panic_on_oom is 1, expected 0", write("proc/sys/vm/panic_on_oom", "1\n")],
  ["seccomp: the kernel lacks seccomp", write("proc/self/status", "Name: x\n")],
  ["cgroup-controllers: cgroup controller memory is disabled", write("cgroup/cgroup.controllers", "cpuset cpu pids\n")],
  ["swap: swap is enabled", write("proc/swaps", "Filename\n/swapfile file 1 0 -2\n")],
  [
    "iptables: iptables cannot use the kernel's nat table: no such table",
    stub("iptables", "echo no such table; exit 3"),
  ],
])("refuses with status 78: %s", async (line, spoil) => {
  spoil();
  const { code, output } = await preflight();
  expect([code, output]).toEqual([78, expect.stringContaining(`holdfast: preflight: ${line}`)]);
  expect(output).toContain("refused: 1 of 17 checks failed");
});

test("reports all problems at once", async () => {
  machine.stub("uname", "echo 4.14.355");
  machine.stub("nproc", "echo 1");
  machine.write("proc/sys/kernel/panic", "0\n");
  machine.write("proc/sys/net/ipv4/ip_forward", "0\n");
  const { code, output } = await preflight();
  expect(code).toBe(78);
  for (const line of ["kernel:", "cpus:", "kernel-settings: kernel.panic is 0", "net.ipv4.ip_forward is 0"])
    expect(output).toContain(line);
  expect(output).toContain("refused: 3 of 17 checks failed");
});

test("a waived check is reported and ignored", async () => {
  rmSync(machine.path("cgroup/cgroup.controllers"));
  machine.write("proc/cgroups", "#name hierarchy num enabled\ncpuset 1 1 1\ncpu 2 1 1\nmemory 3 1 1\npids 4 1 1\n");
  machine.write("config/preflight-waivers", "cgroup-v2\n");
  const { code, output } = await preflight();
  expect([code, output]).toEqual([0, expect.stringContaining("cgroup-v2 (waived): cgroup v1 is active")]);
  machine.write("config/preflight-waivers", "swap\n");
  expect((await preflight()).code).toBe(78);
});

describe("clock", () => {
  const clockAhead = (seconds: number): void => {
    machine.stub("sleep", "exit 0");
    machine.stub("date", `[[ $* == *-d* ]] && exec /usr/bin/date "$@"; echo ${1_800_000_000 + seconds}`);
    aws.unsigned = () => ({ status: 404, headers: { date: new Date(1_800_000_000_000).toUTCString() } });
  };

  test("an offset above the alarm's threshold is refused after a wait", async () => {
    clockAhead(clockTolerance + 1);
    const { code, output } = await preflight();
    expect([code, output]).toEqual([
      78,
      expect.stringContaining("clock: the clock is 6 s off AWS's; configure chrony"),
    ]);
  });

  test("an offset at the threshold passes", async () => {
    clockAhead(clockTolerance);
    expect((await preflight()).code).toBe(0);
  });

  test("an unreachable AWS passes", async () => {
    const { code, output } = await preflight({ AWS_ENDPOINT_URL: "http://127.0.0.1:9" });
    expect([code, output]).toEqual([0, "holdfast: preflight: 17 checks passed\n"]);
  });
});

test("etcd machines skip checks for pods, and need one CPU", async () => {
  machine = machineOf(machines.etcd);
  machine.stub("nproc", "echo 1");
  machine.write("proc/swaps", "Filename\n/swapfile file 1 0 -2\n");
  for (const command of ["conntrack", "ethtool", "socat"]) rmSync(machine.path(`stubs/${command}`));
  expect(await preflight()).toMatchObject({ code: 0, output: "holdfast: preflight: 9 checks passed\n" });
});
