/** What a machine says to its Auto Scaling group: when a rollout may replace it, that it has left, that it has joined. */

import { readFileSync } from "node:fs";

import { FakeAws } from "./awsSupport";
import type { Answer, Call } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";
import type { RunResult } from "../nodeSupport";

const self = "i-0123456789abcdef0";
const noAction = "<ErrorResponse><Error><Message>No active Lifecycle Action found</Message></Error></ErrorResponse>";
const cluster = {
  controlPlaneMembers: 3,
  etcd: {
    members: ["a", "b", "c"].map((name) => ({ name, dnsName: `etcd-${name}.blue.internal` })),
    clientUrls: ["https://etcd-a.blue.internal:2379"],
  },
};

/** The group of one machine, as Auto Scaling answers for it. */
class FakeGroup {
  refresh = "InProgress";
  groupVersion = 2;
  ownVersion = 1;
  /** Whether it ends a machine that has given up its protection. */
  acts = true;
  readonly said: Record<string, string>[] = [];

  constructor(private readonly aws: FakeAws) {
    aws.answer = (call) => this.#answer(call);
  }

  get actions(): string[] {
    return this.said.map(({ Action = "", ProtectedFromScaleIn = "" }) => `${Action} ${ProtectedFromScaleIn}`.trim());
  }

  #answer({ body }: Call): Answer {
    const form = Object.fromEntries(new URLSearchParams(body));
    switch (form["Action"]) {
      case "DescribeInstanceRefreshes":
        return { body: `<InstanceRefreshes><member><Status>${this.refresh}</Status></member></InstanceRefreshes>` };
      case "DescribeAutoScalingGroups":
        return { body: this.#describe() };
      case "SetInstanceProtection":
        if (form["ProtectedFromScaleIn"] === "false" && this.acts) this.end();
    }
    this.said.push(form);
    return {};
  }

  end(): void {
    this.aws.metadata["autoscaling/target-lifecycle-state"] = "Terminated";
  }

  #describe(): string {
    const template = (version: number) =>
      `<LaunchTemplate>\n<LaunchTemplateName>t</LaunchTemplateName><Version>${version}</Version></LaunchTemplate>`;
    const machine = (id: string, version: number) =>
      `<member>${template(version)}<InstanceId>${id}</InstanceId></member>`;
    return `<AutoScalingGroups><member>${template(this.groupVersion)}
      <Instances>${machine("i-0000000000000000f", 7)}${machine(self, this.ownVersion)}</Instances>
      <MinSize>1</MinSize></member></AutoScalingGroups>`;
  }
}

let aws: FakeAws;
let group: FakeGroup;
let machine: FakeMachine;
beforeEach(async () => {
  aws = await FakeAws.start();
  group = new FakeGroup(aws);
  machine = new FakeMachine(machines.etcd, cluster, aws.environment);
  aws.metadata["autoscaling/target-lifecycle-state"] = "InService";
  // Waits are short, but for the minute between heartbeats: it outlasts the case, and holds on to no output.
  machine.stub("sleep", `[ "$1" = 60 ] && exec /bin/sleep 30 >/dev/null 2>&1; exec /bin/sleep 0.02`);
  for (const command of ["systemctl", "umount"]) {
    machine.stub(command, `echo "${command} $*" >>"${machine.path("done")}"`);
  }
  machine.stub("etcdctl", `echo "$ETCDCTL_ENDPOINTS" >>"${machine.path("asked")}"`);
});
afterEach(() => aws.stop());

function read(name: string): Promise<string> {
  return machine.run(`cat "${machine.path(name)}" 2>/dev/null || true`).then(({ stdout }) => stdout);
}

function lines(path: string): number {
  return readFileSync(path, "utf8").trim().split("\n").length;
}

// Each case runs dozens of processes.
jest.setTimeout(30_000);

describe("a machine that a rollout waits for", () => {
  const giveWay = (environment: Record<string, string> = {}): Promise<RunResult> =>
    machine.run(["bin/give-way"], environment);

  test("gives up its protection once it has asked every other member, and leaves in order", async () => {
    expect((await giveWay()).code).toBe(0);
    expect(group.said).toEqual([
      expect.objectContaining({
        Action: "SetInstanceProtection",
        AutoScalingGroupName: "blue-etcd-b",
        "InstanceIds.member.1": self,
        ProtectedFromScaleIn: "false",
      }),
    ]);
    const asked = new Set((await read("asked")).trim().split("\n"));
    // Itself as well: whether it leads.
    const others = ["https://etcd-a.blue.internal:2379", "https://etcd-c.blue.internal:2379"];
    expect(asked).toEqual(new Set(["https://127.0.0.1:2379", ...others]));
    expect(await read("done")).toMatch(
      /systemctl stop holdfast-etcd-stand-still\.service etcd\.service\numount \/var\/lib\/etcd\n$/,
    );
  });

  test("stays while another member is unhealthy", async () => {
    // The other member comes back at the fourth look.
    machine.stub(
      "etcdctl",
      `echo "$ETCDCTL_ENDPOINTS" >>"${machine.path("asked")}"; [ "$(wc -l <"${machine.path("asked")}")" -ge 4 ]`,
    );
    let askedBefore = 0;
    const answer = aws.answer;
    aws.answer = (call) => {
      if (call.body.includes("SetInstanceProtection")) askedBefore = lines(machine.path("asked"));
      return answer(call);
    };
    expect((await giveWay()).code).toBe(0);
    expect(group.actions).toEqual(["SetInstanceProtection false"]);
    expect(askedBefore).toBeGreaterThanOrEqual(4);
  });

  test("stays when the rollout was cancelled while it stood in line", async () => {
    group.refresh = "Cancelled";
    expect((await giveWay()).code).toBe(0);
    expect(group.actions).toEqual([]);
    expect(await read("done")).toBe("");
  });

  test("is protected again when its group does not end it after all", async () => {
    group.acts = false;
    expect((await giveWay({ GRACE: "1" })).code).toBe(1);
    expect(group.actions).toEqual(["SetInstanceProtection false", "SetInstanceProtection true"]);
    expect(await read("done")).toBe("");
  });
});

describe("a rollout waits for a machine", () => {
  test.each([
    ["InProgress", 1, 2, true],
    ["Pending", 1, 2, true],
    ["InProgress", 2, 2, false],
    ["Successful", 1, 2, false],
    ["Failed", 1, 2, false],
  ])("when %s, with version %i of %i: %s", async (refresh, ownVersion, groupVersion, waits) => {
    Object.assign(group, { refresh, ownVersion, groupVersion });
    const { stdout } = await machine.run("identity; if rollout_waits; then echo true; else echo false; fi");
    expect(stdout.trim()).toBe(String(waits));
  });
});

describe("a machine that its group ends", () => {
  test("without ever having been a member holds nobody up", async () => {
    group.end();
    machine.stub("etcdctl", "exit 1");
    expect((await machine.run(["bin/depart"])).code).toBe(0);
    expect(group.said).toEqual([
      expect.objectContaining({
        Action: "CompleteLifecycleAction",
        AutoScalingGroupName: "blue-etcd-b",
        LifecycleHookName: "holdfast-depart",
        LifecycleActionResult: "CONTINUE",
        InstanceId: self,
      }),
    ]);
  });

  test("as a member lets go under the lock before it says so", async () => {
    group.end();
    machine.write("kubernetes/admin.conf", "member");
    machine.stub("etcdctl", `[ "$1" != lock ] || { echo "lock $3" >>"${machine.path("done")}"; shift 4; exec "$@"; }`);
    expect((await machine.run(["bin/depart"])).code).toBe(0);
    expect(await read("done")).toMatch(/^lock \/holdfast\/maintenance\n[^]*systemctl stop \S+ etcd\.service\numount/);
    expect(group.actions.at(-1)).toBe("CompleteLifecycleAction");
  });
});

describe("a machine that load balancers are not done with", () => {
  test("waits for the hook to begin", async () => {
    group.end();
    const answer = aws.answer;
    let early = 3;
    aws.answer = (call) => {
      const tooEarly = call.body.includes("CompleteLifecycleAction") && early-- > 0;
      return tooEarly ? { status: 400, body: noAction } : answer(call);
    };
    expect((await machine.run(["bin/depart"])).code).toBe(0);
    expect(group.actions).toEqual(["CompleteLifecycleAction"]);
    expect(early).toBe(-1);
  });
});

describe("a worker", () => {
  beforeEach(() => {
    machine = new FakeMachine(machines.worker, cluster, aws.environment);
  });

  test.each([
    ["is waited for", { status: 200 }, 0],
    ["is not waited for", { status: 400, body: noAction }, 0],
    ["may not speak", { status: 403, body: "<Code>AccessDenied</Code>" }, 1],
  ])("says that it has joined: it %s", async (_, answer, code) => {
    aws.answer = () => answer;
    expect((await machine.run("identity; joined")).code).toBe(code);
    const said = Object.fromEntries(new URLSearchParams(aws.calls[0]?.body));
    expect(said).toMatchObject({
      Action: "CompleteLifecycleAction",
      AutoScalingGroupName: "blue-worker-general",
      LifecycleHookName: "holdfast-joined",
      LifecycleActionResult: "CONTINUE",
    });
  });

  test.each([
    ["Warmed:Stopped", "warming"],
    ["InService", "serving"],
    [undefined, "serving"],
  ])("that its group wants to be %s is %s", async (state, expected) => {
    if (state === undefined) delete aws.metadata["autoscaling/target-lifecycle-state"];
    else aws.metadata["autoscaling/target-lifecycle-state"] = state;
    const { stdout } = await machine.run("if warming; then echo warming; else echo serving; fi");
    expect(stdout.trim()).toBe(expected);
  });
});
