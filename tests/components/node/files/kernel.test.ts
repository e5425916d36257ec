import type { NodeConfig } from "../../../../components/node/nodeConfig.plan";
import { FakeMachine, machines } from "../nodeSupport";

const defaults = {
  "vm.overcommit_memory": "0",
  "net.ipv4.ip_forward": "1",
  "net.ipv4.tcp_retries2": "15",
  "net.ipv4.tcp_keepalive_time": "7200",
};
const required = { "vm.overcommit_memory": "1", "net.ipv4.ip_forward": "1" };
const retries = { "net.ipv4.tcp_retries2": "5" };
const keepalive = { "net.ipv4.tcp_keepalive_time": "10" };
const externalEtcd: NodeConfig = { ...machines.controlPlane, member: { name: "a" } };

test.each<[string, NodeConfig, Record<string, string>]>([
  ["a worker", machines.worker, required],
  ["an etcd machine", machines.etcd, { ...required, ...retries }],
  ["a stacked member", machines.controlPlane, { ...required, ...retries, ...keepalive }],
  ["a control plane with external etcd", externalEtcd, { ...required, ...keepalive }],
])("kernel settings of %s, now and after a reboot", async (_case, node, expected) => {
  const machine = new FakeMachine(node);
  const kernel = (setting: string) => `proc/${setting.replaceAll(".", "/")}`;
  for (const [setting, value] of Object.entries(defaults)) machine.write(kernel(setting), `${value}\n`);
  for (const command of ["modprobe", "swapoff"]) machine.stub(command, "");
  machine.write("etc/fstab", "");
  const { code, output } = await machine.run(["steps/kernel"], {
    HOLDFAST_PROC_SYS: machine.path("proc"),
    HOLDFAST_ETC: machine.path("etc"),
  });
  expect({ code, output }).toEqual({ code: 0, output: "" });
  const now = Object.keys(defaults).map((setting) => [setting, machine.read(kernel(setting)).trim()]);
  expect(Object.fromEntries(now)).toEqual({ ...defaults, ...expected });
  const { stdout } = await machine.run(`cat "${machine.path("etc/sysctl.d")}"/*`);
  const atBoot = stdout
    .split("\n")
    .map((line) => line.replace(/^-/, "").split(" = "))
    .filter(([setting = ""]) => setting in defaults);
  expect(Object.fromEntries(atBoot)).toEqual(expected);
});

test("systemd-networkd keeps the routes and rules of the pod network when it restarts", async () => {
  const machine = new FakeMachine(machines.worker);
  for (const command of ["modprobe", "swapoff"]) machine.stub(command, "");
  machine.write("etc/fstab", "");
  await machine.run(["steps/kernel"], { HOLDFAST_PROC_SYS: machine.path("proc"), HOLDFAST_ETC: machine.path("etc") });
  const lines = machine.read("etc/systemd/networkd.conf.d/90-holdfast.conf").split("\n");
  expect(lines.filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
    "[Network]",
    "ManageForeignRoutes=no",
    "ManageForeignRoutingPolicyRules=no",
  ]);
});
