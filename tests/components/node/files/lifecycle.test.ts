/** Auto Scaling lifecycle of a machine: replacement by an instance refresh, termination, launch hook, warm pool. */

import { memberTerminationHook, workerLaunchHook } from "../../../../components/machines/lifecycleHooks.plan";
import { FakeAws } from "./awsSupport";
import type { Answer, Call } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

const self = "i-0123456789abcdef0";
const noAction = "<ErrorResponse><Error><Message>No active Lifecycle Action found</Message></Error></ErrorResponse>";

/** Auto Scaling group of one machine. */
class FakeGroup {
  refresh = "InProgress";
  groupVersion = 2;
  ownVersion = 1;
  /** Terminates a machine without scale-in protection. */
  acts = true;
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

  #answer({ body }: Call): Answer {
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
      <MinSize>1</MinSize></member></AutoScalingGroups>`;
  }
}

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
    const others = ["https://etcd-a.blue.internal:2379", "https://etcd-c.blue.internal:2379"];
    expect(new Set(machine.lines("endpoints"))).toEqual(new Set([own, ...others]));
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
