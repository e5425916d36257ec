/** steps/host: the kernel's settings, by what a machine is for. */

import { readFileSync } from "node:fs";
import { FakeMachine, machines, stacked } from "./nodeSupport";

const kernel = { "vm/overcommit_memory": "0", "net/ipv4/ip_forward": "1", "net/ipv4/tcp_retries2": "15" };

/** What the kernel has afterwards, and the names of the files that a reboot reads. */
async function prepared(node: (typeof machines)[keyof typeof machines]) {
  const machine = new FakeMachine(node, stacked);
  for (const [setting, value] of Object.entries(kernel)) machine.write(`proc/${setting}`, `${value}\n`);
  machine.stub("modprobe", "");
  machine.stub("swapoff", "");
  machine.write("etc/fstab", "");
  const etc = machine.path("etc");
  const { code, output } = await machine.run(["steps/host"], {
    HOLDFAST_PROC_SYS: machine.path("proc"),
    HOLDFAST_ETC: etc,
  });
  expect({ code, output }).toEqual({ code: 0, output: "" });
  const boot = await machine.run(`cat ${etc}/sysctl.d/*`);
  return {
    has: Object.keys(kernel).map((setting) => readFileSync(machine.path(`proc/${setting}`), "utf8").trim()),
    atBoot: boot.stdout.split("\n").filter((line) => line.startsWith("-")),
  };
}

test("kubelet's settings hold on every machine, now and after a reboot", async () => {
  const { has, atBoot } = await prepared(machines.worker);
  expect(has).toEqual(["1", "1", "15"]);
  expect(atBoot).toContain("-vm.overcommit_memory = 1");
  expect(atBoot.some((line) => line.includes("tcp_retries2"))).toBe(false);
});

test.each([["controlPlane"], ["etcd"]] as const)(
  "a member of etcd gives a silent connection up within seconds: %s",
  async (kind) => {
    const { has, atBoot } = await prepared(machines[kind]);
    expect(has).toEqual(["1", "1", "5"]);
    expect(atBoot).toContain("-net.ipv4.tcp_retries2 = 5");
  },
);
