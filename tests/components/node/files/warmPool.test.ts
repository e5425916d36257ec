/** A machine of a warm pool, from being prepared to being a node: it must not join before it is put into service. */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { FakeAws } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

let aws: FakeAws;
beforeEach(async () => {
  aws = await FakeAws.start();
});
afterEach(() => aws.stop());

const join = { kind: "JoinConfiguration", discovery: { file: {} }, nodeRegistration: { kubeletExtraArgs: [] } };

function warmMachine(state: string) {
  aws.metadata["autoscaling/target-lifecycle-state"] = state;
  const value = "apiVersion: v1\nkind: Config\n";
  aws.answer = ({ scope }) => ({
    body: scope.startsWith("ssm/")
      ? JSON.stringify({ Parameters: [{ Name: "/holdfast/blue/join/kubeconfig", Value: value }] })
      : "",
  });
  const machine = new FakeMachine(machines.worker, { kubeadm: { join: [join] } }, aws.environment);
  machine.stub("kubeadm", `echo "$@" >>"${machine.path("kubeadm.log")}"`);
  machine.stub("systemctl", "exit 0");
  // It looks every five seconds; here, ten times a second.
  machine.stub("sleep", "exec /bin/sleep 0.1");
  machine.write("run/.keep", "");
  return machine;
}

const actions = (): readonly string[] =>
  aws.calls.map(({ body }) => new URLSearchParams(body).get("Action") ?? "GetParameters");

test("a machine that is prepared answers its group, and does not ask how to join until it is put into service", async () => {
  const machine = warmMachine("Warmed:Stopped");
  const running = machine.run(["steps/join"]);
  while (aws.calls.length === 0) await sleep(50);
  // Its group may stop it now: it has said that it is ready, and waits.
  await sleep(500);
  expect(actions()).toEqual(["CompleteLifecycleAction"]);
  expect(existsSync(machine.path("kubeadm.log"))).toBe(false);

  aws.metadata["autoscaling/target-lifecycle-state"] = "InService";
  expect((await running).code).toBe(0);
  expect(actions()).toEqual(["CompleteLifecycleAction", "GetParameters"]);
  expect(readFileSync(machine.path("kubeadm.log"), "utf8")).toMatch(/^join --config /);
}, 20_000);

test("stopped and started for service, it joins at once, and is held by the hook until it is a node", async () => {
  const machine = warmMachine("InService");
  expect((await machine.run(["steps/join"])).code).toBe(0);
  expect(actions()).toEqual(["GetParameters"]);
  // The kubeconfig with its token is gone when it has been used.
  expect(existsSync(machine.path("run/join.kubeconfig"))).toBe(false);
});
