/** A warm pool machine must not join before it is put into service. */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { FakeAws } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

let aws: FakeAws;
beforeEach(async () => {
  aws = await FakeAws.start();
});
afterEach(() => aws.stop());

const join = { kind: "JoinConfiguration", discovery: { file: {} }, nodeRegistration: { kubeletExtraArgs: [] } };

function machineInState(state: string) {
  aws.metadata["autoscaling/target-lifecycle-state"] = state;
  const extensions = [{ name: "holdfast.dev/oldest-api-server", extension: { minor: "99" } }];
  const value = JSON.stringify({ kind: "Config", extensions });
  aws.answer = ({ scope }) => ({
    body: scope.startsWith("ssm/")
      ? JSON.stringify({ Parameters: [{ Name: "/holdfast/blue/join/kubeconfig", Value: value }] })
      : "",
  });
  const machine = new FakeMachine(machines.worker, { kubeadm: { join: [join] } }, aws.environment);
  machine.record("kubeadm");
  machine.stub("systemctl", "exit 0");
  machine.stub("sleep", "exec /bin/sleep 0.1");
  machine.write("run/.keep", "");
  return machine;
}

const actions = (): readonly string[] =>
  aws.calls.map(({ body }) => new URLSearchParams(body).get("Action") ?? "GetParameters");

test("completes the launch hook at once, and joins only when put into service", async () => {
  const machine = machineInState("Warmed:Stopped");
  const running = machine.run(["steps/join"]);
  while (aws.calls.length === 0) await sleep(50);
  await sleep(500);
  expect(actions()).toEqual(["CompleteLifecycleAction"]);
  expect(machine.read("calls")).toBe("");

  aws.metadata["autoscaling/target-lifecycle-state"] = "InService";
  expect((await running).code).toBe(0);
  expect(actions()).toEqual(["CompleteLifecycleAction", "GetParameters"]);
  expect(machine.read("calls")).toMatch(/^kubeadm join --config /);
}, 20_000);

test("started for service, it joins at once and leaves the launch hook to the last step", async () => {
  const machine = machineInState("InService");
  expect((await machine.run(["steps/join"])).code).toBe(0);
  expect(actions()).toEqual(["GetParameters"]);
  expect(existsSync(machine.path("run/join.kubeconfig"))).toBe(false);
});
