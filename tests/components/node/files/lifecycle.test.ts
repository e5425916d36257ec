/** Auto Scaling lifecycle of a machine: replacement by an instance refresh, termination, launch hook, warm pool. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { memberTerminationHook, workerLaunchHook } from "../../../../components/machines/lifecycleHooks.plan";
import { FakeAws } from "./awsSupport";
import type { Answer, Call } from "./awsSupport";
import { FakeMachine, filesDirectory, machines } from "../nodeSupport";

const self = "i-0123456789abcdef0";
const noAction = "<ErrorResponse><Error><Message>No active Lifecycle Action found</Message></Error></ErrorResponse>";

/** Auto Scaling group of one machine. */
class FakeGroup {
  refresh = "InProgress";
  groupVersion = 2;
  ownVersion = 1;
  /** Terminates a machine without scale-in protection. */
  acts = true;
  /** Maximum size: 0 while the group is being deleted. */
  max = 1;
  /** Letters of the wanted members. */
  wanted: readonly string[] = ["a", "b", "c"];
  readonly requests: Record<string, string>[] = [];

  constructor(private readonly aws: FakeAws) {
    aws.answer = (call) => this.#answer(call);
  }

  get actions(): string[] {
    return this.requests.map(({ Action = "", ProtectedFromScaleIn = "" }) =>
      `${Action} ${ProtectedFromScaleIn}`.trim(),
    );
  }

  terminate(): void {
    this.aws.metadata["autoscaling/target-lifecycle-state"] = "Terminated";
  }

  #answer({ body, scope }: Call): Answer {
    if (scope.startsWith("ssm/")) {
      const Value = JSON.stringify({ "control-plane": this.wanted, etcd: this.wanted });
      return { body: JSON.stringify({ Parameters: [{ Name: "/holdfast/blue/members", Value }] }) };
    }
    const form = Object.fromEntries(new URLSearchParams(body));
    switch (form["Action"]) {
      case "DescribeInstanceRefreshes":
        return { body: `<InstanceRefreshes><member><Status>${this.refresh}</Status></member></InstanceRefreshes>` };
      case "DescribeAutoScalingGroups":
        return { body: this.#describe() };
      case "SetInstanceProtection":
        if (form["ProtectedFromScaleIn"] === "false" && this.acts) this.terminate();
    }
    this.requests.push(form);
    return {};
  }

  #describe(): string {
    const template = (version: number) =>
      `<LaunchTemplate>\n<LaunchTemplateName>t</LaunchTemplateName><Version>${version}</Version></LaunchTemplate>`;
    const instance = (id: string, version: number) =>
      `<member>${template(version)}<InstanceId>${id}</InstanceId></member>`;
    return `<AutoScalingGroups><member>${template(this.groupVersion)}
      <Instances>${instance("i-0000000000000000f", 7)}${instance(self, this.ownVersion)}</Instances>
      <MinSize>1</MinSize><MaxSize>${this.max}</MaxSize></member></AutoScalingGroups>`;
  }
}

const script = (name: string): string => readFileSync(join(filesDirectory, "bin", name), "utf8");

let aws: FakeAws;
let group: FakeGroup;
let machine: FakeMachine;
beforeEach(async () => {
  aws = await FakeAws.start();
  group = new FakeGroup(aws);
  machine = new FakeMachine(machines.etcd, {}, aws.environment);
  aws.metadata["autoscaling/target-lifecycle-state"] = "InService";
  // Short waits, except for the minute between heartbeats, whose sleep must outlast the test and keep no output open.
  machine.stub("sleep", `[ "$1" = 60 ] && exec /bin/sleep 30 >/dev/null 2>&1; exec /bin/sleep 0.02`);
  machine.record("systemctl", "umount");
  machine.stub("etcdctl", 'echo "$ETCDCTL_ENDPOINTS" >>"$HOME/endpoints"');
});
afterEach(() => aws.stop());

jest.setTimeout(30_000);

describe("allow-replacement", () => {
  const allowReplacement = (environment = {}) => machine.run(["bin/allow-replacement"], environment);

  test("checks every other member, removes the protection and drains the member", async () => {
    expect((await allowReplacement()).code).toBe(0);
    expect(group.requests).toEqual([
      expect.objectContaining({
        Action: "SetInstanceProtection",
        AutoScalingGroupName: "blue-etcd-b",
        "InstanceIds.member.1": self,
        ProtectedFromScaleIn: "false",
      }),
    ]);
    const own = "https://127.0.0.1:2379";
    const [a, b, c] = ["a", "b", "c"].map((letter) => `https://etcd-${letter}.blue.internal:2379`);
    expect(new Set(machine.lines("endpoints"))).toEqual(new Set([a, c, [a, b, c].join(), own]));
    expect(machine.lines("calls").slice(-2)).toEqual([
      "systemctl stop holdfast-etcd-hold-clients.service etcd.service",
      "umount /var/lib/etcd",
    ]);
  });

  test("waits for an unhealthy member", async () => {
    // Healthy at the fourth request.
    machine.stub("etcdctl", 'echo x >>"$HOME/endpoints"; [ "$(wc -l <"$HOME/endpoints")" -ge 4 ]');
    let requestsBefore = 0;
    const answer = aws.answer;
    aws.answer = (call) => {
      if (call.body.includes("SetInstanceProtection")) requestsBefore = machine.lines("endpoints").length;
      return answer(call);
    };
    expect((await allowReplacement()).code).toBe(0);
    expect(group.actions).toEqual(["SetInstanceProtection false"]);
    expect(requestsBefore).toBeGreaterThanOrEqual(4);
  });

  test("does nothing if the refresh was canceled meanwhile", async () => {
    group.refresh = "Cancelled";
    expect((await allowReplacement()).code).toBe(0);
    expect([group.actions, machine.lines("calls")]).toEqual([[], []]);
  });

  test("protects the machine again if its group does not terminate it", async () => {
    group.acts = false;
    expect((await allowReplacement({ GRACE: "1" })).code).toBe(1);
    expect(group.actions).toEqual(["SetInstanceProtection false", "SetInstanceProtection true"]);
    expect(machine.lines("calls")).toEqual([]);
  });
});

test.each([
  ["InProgress", 1, 2, 0],
  ["Pending", 1, 2, 0],
  ["InProgress", 2, 2, 1],
  ["Successful", 1, 2, 1],
  ["Failed", 1, 2, 1],
])(
  "replacement_pending with refresh %s, version %i of %i: status %i",
  async (refresh, ownVersion, groupVersion, code) => {
    Object.assign(group, { refresh, ownVersion, groupVersion });
    expect((await machine.run("identity; if replacement_pending; then exit 0; else exit 1; fi")).code).toBe(code);
  },
);

describe("watch-lifecycle on termination", () => {
  beforeEach(() => {
    group.terminate();
  });

  test("completes the hook at once on a machine that is not a member yet", async () => {
    machine.stub("etcdctl", "exit 1");
    expect((await machine.run(["bin/watch-lifecycle"])).code).toBe(0);
    expect(group.requests).toEqual([
      expect.objectContaining({
        Action: "CompleteLifecycleAction",
        AutoScalingGroupName: "blue-etcd-b",
        LifecycleHookName: memberTerminationHook.name,
        LifecycleActionResult: "CONTINUE",
        InstanceId: self,
      }),
    ]);
  });

  test("drains a member under the lock first", async () => {
    machine.write("kubernetes/admin.conf", "member");
    machine.stub("etcdctl", '[ "$1" != lock ] || { echo "lock $3" >>"$HOME/calls"; shift 4; exec "$@"; }');
    expect((await machine.run(["bin/watch-lifecycle"])).code).toBe(0);
    expect(machine.read("calls")).toMatch(
      /^lock \/holdfast\/maintenance\n[^]*systemctl stop \S+ etcd\.service\numount/,
    );
    expect(group.actions.at(-1)).toBe("CompleteLifecycleAction");
  });

  test("drains the only member without etcd's lock, which nobody could release after etcd has stopped", async () => {
    machine.write("kubernetes/admin.conf", "member");
    Object.assign(group, { wanted: ["b"] });
    machine.stub("etcdctl", '[ "$1" != lock ] || exec /bin/sleep 600');
    expect((await machine.run(["bin/watch-lifecycle"])).code).toBe(0);
    expect(machine.read("calls")).toMatch(/systemctl stop \S+ etcd\.service\numount/);
    expect(group.actions.at(-1)).toBe("CompleteLifecycleAction");
  });

  test("does not drain a member whose cluster is destroyed: its group wants no machine", async () => {
    machine.write("kubernetes/admin.conf", "member");
    group.max = 0;
    expect((await machine.run(["bin/watch-lifecycle"])).code).toBe(0);
    expect([machine.lines("endpoints"), group.actions]).toEqual([[], ["CompleteLifecycleAction"]]);
  });

  test("an unwanted member of etcd leaves once no API server uses it", async () => {
    machine.write("kubernetes/admin.conf", "member");
    Object.assign(group, { max: 0, wanted: ["a"] });
    // Own connections do not count. The API server at 10.0.0.12 leaves at the third look.
    machine.stub(
      "ss",
      `echo ss >>"$HOME/calls"
      echo "0 0 127.0.0.1:2379 127.0.0.1:5000"; echo "0 0 10.0.0.11:2379 10.0.0.11:5001"
      [ "$(grep -c '^ss$' "$HOME/calls")" -ge 3 ] || echo "0 0 10.0.0.11:2379 10.0.0.12:5002"`,
    );
    machine.stub(
      "etcdctl",
      `[ "$1" != lock ] || { echo "lock $3" >>"$HOME/calls"; shift 4; exec "$@"; }
      [ "$1 $2" != "member list" ] || echo "2b, started, b, https://etcd-b.blue.internal:2380, https://etcd-b.blue.internal:2379, false"
      [ "$1 $2" != "member remove" ] || echo "remove $3 at $ETCDCTL_ENDPOINTS" >>"$HOME/calls"`,
    );
    machine.ownFolder("bin");
    for (const name of ["watch-lifecycle", "with-maintenance-lock", "drain-member"])
      machine.write(`home/current/bin/${name}`, script(name), 0o755);
    machine.write("home/current/bin/etcd-backup", `#!/bin/bash\necho "backup $*" >>"$HOME/calls"`, 0o755);
    machine.write("etcd/data/member/wal", "x");
    const { code, output } = await machine.run(["bin/watch-lifecycle"], { HOLDFAST_ETCD: machine.path("etcd") });
    expect([code, output]).toEqual([0, expect.stringContaining("member 2b left etcd")]);
    expect(machine.lines("calls").filter((line) => !line.startsWith("systemctl stop holdfast"))).toEqual([
      ...["ss", "ss", "ss", "lock /holdfast/maintenance"],
      "backup --from https://127.0.0.1:2379",
      "remove 2b at https://etcd-a.blue.internal:2379",
      "umount /var/lib/etcd",
    ]);
    expect(readdirSync(machine.path("etcd"))).toEqual([expect.stringMatching(/^before-removal-\d{8}T\d{6}Z$/)]);
  });

  test("retries until the hook is active", async () => {
    const answer = aws.answer;
    let early = 3;
    aws.answer = (call) => {
      const tooEarly = call.body.includes("CompleteLifecycleAction") && early-- > 0;
      return tooEarly ? { status: 400, body: noAction } : answer(call);
    };
    expect((await machine.run(["bin/watch-lifecycle"])).code).toBe(0);
    expect(group.actions).toEqual(["CompleteLifecycleAction"]);
    expect(early).toBe(-1);
  });
});

describe("worker", () => {
  beforeEach(() => {
    machine = new FakeMachine(machines.worker, {}, aws.environment);
  });

  test.each([
    ["active", { status: 200 }, 0],
    ["not active", { status: 400, body: noAction }, 0],
    ["forbidden", { status: 403, body: "<Code>AccessDenied</Code>" }, 1],
  ])("complete_launch with the hook %s", async (_case, answer, code) => {
    aws.answer = () => answer;
    expect((await machine.run("identity; complete_launch")).code).toBe(code);
    expect(Object.fromEntries(new URLSearchParams(aws.calls[0]?.body))).toMatchObject({
      Action: "CompleteLifecycleAction",
      AutoScalingGroupName: "blue-worker-general",
      LifecycleHookName: workerLaunchHook.name,
      LifecycleActionResult: "CONTINUE",
    });
  });

  test.each([
    ["Warmed:Stopped", "yes"],
    ["InService", "no"],
    [undefined, "no"],
  ])("in_warm_pool with target state %s: %s", async (state, expected) => {
    if (state === undefined) delete aws.metadata["autoscaling/target-lifecycle-state"];
    else aws.metadata["autoscaling/target-lifecycle-state"] = state;
    const { stdout } = await machine.run("if in_warm_pool; then echo yes; else echo no; fi");
    expect(stdout.trim()).toBe(expected);
  });
});
