/** How leadership of etcd passes on: clients' packets are held back on every member, for a moment only. */
import { FakeMachine, machines } from "../nodeSupport";

const cluster = {
  etcd: {
    members: ["a", "b", "c"].map((name) => ({ name, dnsName: `etcd-${name}.blue.internal` })),
    clientUrls: ["https://etcd-a.blue.internal:2379"],
  },
};

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine(machines.etcd, cluster);
  const done = machine.path("done");
  // Rules as the kernel has them: what is inserted is listed until it is deleted.
  machine.stub(
    "iptables",
    `rules="${machine.path("rules")}"; touch "$rules"
    shift 2
    case $1 in
      -I) echo "iptables $*" >>"${done}"; echo "$*" >>"$rules" ;;
      -D) echo "iptables -D" >>"${done}"; sed -i "$3d" "$rules" ;;
      -L) cat -n "$rules" ;;
    esac`,
  );
  machine.stub("sleep", `echo "sleep $1" >>"${done}"`);
});

const done = async (): Promise<string[]> =>
  (await machine.run(`cat "${machine.path("done")}" 2>/dev/null || true`)).stdout.trim().split("\n");
const rules = async (): Promise<string> => (await machine.run(`cat "${machine.path("rules")}"`)).stdout;

describe("a member that is told of a move", () => {
  const event = (leader: string) => machine.run(["bin/stand-still", "event"], { ETCD_WATCH_VALUE: `"${leader}"` });

  test("holds its clients back, and lets them pass again", async () => {
    expect(await event("a")).toMatchObject({ code: 0 });
    expect(await done()).toEqual([
      "iptables -I INPUT -p tcp --dport 2379 -m comment --comment holdfast-stand-still -j DROP",
      "sleep 1.2",
      "iptables -D",
    ]);
    expect(await rules()).toBe("");
  });

  test("does nothing when it is the one that leads", async () => {
    expect(await event("b")).toMatchObject({ code: 0 });
    expect(await done()).toEqual([""]);
  });

  test("lets them pass after whatever has become of the script", async () => {
    machine.write(
      "rules",
      "-I INPUT -j ACCEPT\n-m comment --comment holdfast-stand-still\n-m comment --comment holdfast-stand-still\n",
    );
    expect(await machine.run(["bin/stand-still", "end"])).toMatchObject({ code: 0 });
    expect(await rules()).toBe("-I INPUT -j ACCEPT\n");
  });
});

describe("a member that leaves", () => {
  const yields = () =>
    machine.run(
      `. "$HOLDFAST_HOME/current/lib/node.sh"; for name in etcd leadership; do . "$HOLDFAST/lib/$name.sh"; done
      export STEP=test; yield_leadership b`,
    );
  const etcdctl = (leader: string, move = "true") => {
    machine.stub(
      "etcdctl",
      `case "$*" in
        "endpoint status"*) echo '[{"Status":{"header":{"member_id":22},"leader":${leader}}}]' ;;
        "member list"*) printf '%s\\n' "11, started, a, x, y, true" "22, started, b, x, y, false" "33, started, c, x, y, false" ;;
        *) echo "etcdctl $* at $ETCDCTL_ENDPOINTS" >>"${machine.path("done")}" ;;&
        move-leader*) ${move} ;;
      esac`,
    );
  };
  // A member takes packets at the first look, and none at the second.
  const standsStill = () => {
    machine.stub(
      "timeout",
      `seen="${machine.path("seen")}-$(tr -dc a-z <<<"$4")"; echo look >>"$seen"; [ "$(wc -l <"$seen")" -lt 2 ] || exit 124`,
    );
  };

  test("hands over to a voter while everybody stands still", async () => {
    etcdctl("22");
    standsStill();
    expect(await yields()).toMatchObject({ code: 0 });
    expect((await done()).filter((line) => !line.startsWith("sleep 0.05"))).toEqual([
      "etcdctl put /holdfast/stand-still b at https://127.0.0.1:2379",
      "iptables -I INPUT -p tcp --dport 2379 ! -i lo -m comment --comment holdfast-stand-still -j DROP",
      "sleep 0.1",
      "etcdctl move-leader 33 at https://127.0.0.1:2379",
      "iptables -D",
    ]);
  });

  test("lets its clients pass when the move fails", async () => {
    etcdctl("22", "exit 1");
    standsStill();
    const { code, output } = await yields();
    expect(code).toBe(0);
    expect(output).toContain("leadership stays for now");
    expect(await rules()).toBe("");
  });

  test("goes on when another member does not stand still, and says so", async () => {
    etcdctl("22");
    machine.stub("timeout", "exit 0");
    const { output } = await yields();
    expect(output).toContain("etcd-a.blue.internal does not stand still");
    expect(output).toContain("leadership has passed from b to 33");
  });

  test("has nothing to hand over when another one leads", async () => {
    etcdctl("33");
    expect(await yields()).toMatchObject({ code: 0 });
    expect(await done()).toEqual([""]);
  });
});
