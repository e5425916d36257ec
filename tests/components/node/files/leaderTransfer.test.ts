/** Transfer of etcd leadership: every member drops client packets for a moment. */
import { FakeMachine, machines } from "../nodeSupport";

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine(machines.etcd);
  // Lists inserted rules until they are deleted.
  machine.stub(
    "iptables",
    `cd "$HOME"; touch rules
    shift 2
    case $1 in
      -I) echo "iptables $*" >>calls; echo "$*" >>rules ;;
      -D) echo "iptables -D" >>calls; sed -i "$3d" rules ;;
      -L) cat -n rules ;;
    esac`,
  );
  machine.record("sleep");
});

describe("etcd-hold-clients", () => {
  const event = (leader: string) =>
    machine.run(["bin/etcd-hold-clients", "event"], { ETCD_WATCH_VALUE: `"${leader}"` });

  test("holds clients and releases them", async () => {
    expect(await event("a")).toMatchObject({ code: 0 });
    expect(machine.lines("calls")).toEqual([
      "iptables -I INPUT -p tcp --dport 2379 -m comment --comment holdfast-etcd-hold-clients -j DROP",
      "sleep 1.2",
      "iptables -D",
    ]);
    expect(machine.read("rules")).toBe("");
  });

  test("does nothing on the leader", async () => {
    expect(await event("b")).toMatchObject({ code: 0 });
    expect(machine.lines("calls")).toEqual([]);
  });

  test("releases clients of a crashed run", async () => {
    const own = "-m comment --comment holdfast-etcd-hold-clients\n";
    machine.write("rules", `-I INPUT -j ACCEPT\n${own}${own}`);
    expect(await machine.run(["bin/etcd-hold-clients", "release"])).toMatchObject({ code: 0 });
    expect(machine.read("rules")).toBe("-I INPUT -j ACCEPT\n");
  });
});

describe("transfer_leadership", () => {
  const transfer = () => machine.run("etcd_client; transfer_leadership");
  const etcdctl = (leader: string, move = "true") => {
    machine.stub(
      "etcdctl",
      `case "$*" in
        "endpoint status"*) echo '[{"Status":{"header":{"member_id":22},"leader":${leader}}}]' ;;
        "member list"*) printf '%s\\n' "11, started, a, x, y, true" "22, started, b, x, y, false" "33, started, c, x, y, false" ;;
        *) echo "etcdctl $* at $ETCDCTL_ENDPOINTS" >>"$HOME/calls" ;;&
        move-leader*) ${move} ;;
      esac`,
    );
  };
  /** Members accept the first connection attempt, not the second. */
  const membersHold = () => {
    machine.stub(
      "timeout",
      `seen="$HOME/seen-$(tr -dc a-z <<<"$4")"; echo "$4" >>"$seen"; [ "$(wc -l <"$seen")" -lt 2 ] || exit 124`,
    );
  };

  test("moves to a voter while all members hold their clients", async () => {
    etcdctl("22");
    membersHold();
    expect(await transfer()).toMatchObject({ code: 0 });
    expect(machine.lines("calls").filter((line) => line !== "sleep 0.05")).toEqual([
      "etcdctl put /holdfast/leader-transfer b at https://127.0.0.1:2379",
      "iptables -I INPUT -p tcp --dport 2379 ! -i lo -m comment --comment holdfast-etcd-hold-clients -j DROP",
      "sleep 0.1",
      "etcdctl move-leader 33 at https://127.0.0.1:2379",
      "iptables -D",
    ]);
    const { stdout } = await machine.run('cat "$HOME"/seen-*');
    expect(stdout).toContain(": </dev/tcp/etcd-a.blue.internal/2379\n");
  });

  test("releases clients if the move fails", async () => {
    etcdctl("22", "exit 1");
    membersHold();
    const { code, output } = await transfer();
    expect([code, output]).toEqual([0, expect.stringContaining("leadership transfer failed")]);
    expect(machine.read("rules")).toBe("");
  });

  test("proceeds if another member does not hold its clients", async () => {
    etcdctl("22");
    machine.stub("timeout", "exit 0");
    const { output } = await transfer();
    expect(output).toContain("etcd-a.blue.internal still accepts clients");
    expect(output).toContain("leadership moved to member 33");
  });

  test("does nothing if another member leads", async () => {
    etcdctl("33");
    expect(await transfer()).toMatchObject({ code: 0 });
    expect(machine.lines("calls")).toEqual([]);
  });
});
