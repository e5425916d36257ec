/** steps/host: the kernel's settings, by what a machine is for. */

import { readFileSync } from "node:fs";
import type { NodeConfig } from "../../../../components/node/nodeConfig.plan";
import { FakeMachine, machines, stacked } from "../nodeSupport";

const defaults = {
  "vm.overcommit_memory": "0",
  "net.ipv4.ip_forward": "1",
  "net.ipv4.tcp_retries2": "15",
  "net.ipv4.tcp_keepalive_time": "7200",
};
const kubelets = { "vm.overcommit_memory": "1", "net.ipv4.ip_forward": "1" };
const retries = { "net.ipv4.tcp_retries2": "5" };
const keepalive = { "net.ipv4.tcp_keepalive_time": "10" };
const besideEtcd: NodeConfig = { ...machines.controlPlane, member: { name: "a" } };

test.each<[string, NodeConfig, Record<string, string>]>([
  ["a worker", machines.worker, kubelets],
  ["a machine of etcd's own", machines.etcd, { ...kubelets, ...retries }],
  ["a control plane with etcd on it", machines.controlPlane, { ...kubelets, ...retries, ...keepalive }],
  ["a control plane beside etcd", besideEtcd, { ...kubelets, ...keepalive }],
])("%s has the kernel's settings that it needs, now and after a reboot", async (_, node, wanted) => {
  const machine = new FakeMachine(node, stacked);
  const kernel = (setting: string) => `proc/${setting.replaceAll(".", "/")}`;
  for (const [setting, value] of Object.entries(defaults)) machine.write(kernel(setting), `${value}\n`);
  for (const command of ["modprobe", "swapoff"]) machine.stub(command, "");
  const etc = machine.path("etc");
  machine.write("etc/fstab", "");
  const { code, output } = await machine.run(["steps/host"], {
    HOLDFAST_PROC_SYS: machine.path("proc"),
    HOLDFAST_ETC: etc,
  });
  expect({ code, output }).toEqual({ code: 0, output: "" });
  const now = (setting: string) => [setting, readFileSync(machine.path(kernel(setting)), "utf8").trim()];
  expect(Object.fromEntries(Object.keys(defaults).map(now))).toEqual({ ...defaults, ...wanted });
  const { stdout } = await machine.run(`cat ${etc}/sysctl.d/*`);
  const atBoot = stdout
    .split("\n")
    .map((line) => line.replace(/^-/, "").split(" = "))
    .filter(([setting = ""]) => setting in defaults);
  expect(Object.fromEntries(atBoot)).toEqual(wanted);
});
