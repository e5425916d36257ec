/** Members that leave etcd, and removal of members whose machines are gone: the node's scripts with real etcd members. */
import { existsSync, readdirSync } from "node:fs";
import { type EtcdMachine, waitUntilServing } from "./members";
import { findLeader, membersForAll, succeed } from "./support";

describe("members that leave", () => {
  const get = membersForAll();
  const machine = (letter: string): EtcdMachine => {
    const found = get().all.find((each) => each.letter === letter);
    if (found === undefined) throw new Error(`no machine ${letter}`);
    return found;
  };
  /** Names of the voters, by member `a`. */
  const voters = async (): Promise<string> => {
    const list = await machine("a").etcdctl("member list -w simple");
    return list
      .split("\n")
      .map((line) => line.split(", ")[2] ?? "")
      .toSorted()
      .join("");
  };
  const drain = async (letter: string): Promise<string> => {
    const leaving = machine(letter);
    leaving.record("umount", "iptables");
    return succeed(leaving, "bin/with-maintenance-lock", leaving.path("home/current/bin/drain-member"));
  };
  const join = (letter: string): Promise<string> => {
    const { endpoint } = machine(letter);
    return succeed(machine(letter), "bin/etcd-join", letter, endpoint.replace(/2379$/, "2380"));
  };

  test("a wanted member that is drained keeps its vote and its data", async () => {
    expect(await drain("c")).not.toContain("left etcd");
    expect([await voters(), existsSync(machine("c").path("etcd/data/member"))]).toEqual(["abc", true]);
    await machine("c").run("systemctl start etcd.service");
    await waitUntilServing([machine("c")]);
  }, 120_000);

  test("two members of three leave one after the other: leader and data stay with the last one", async () => {
    await machine("a").etcdctl("put before 1");
    // The one that leads leaves, too.
    const leader = await findLeader(get());
    if (leader.letter === "a") await succeed(machine("a"), "bin/etcd-defrag");
    get().aws.wanted = ["a"];
    for (const letter of ["b", "c"]) {
      const output = await drain(letter);
      expect(output).toMatch(/member [0-9a-f]+ left etcd/);
      expect(await machine("a").etcdctl(`put after-${letter} 1`)).toBe("OK");
      expect(readdirSync(machine(letter).path("etcd"))).toContainEqual(expect.stringMatching(/^before-removal-/));
      expect(existsSync(machine(letter).path("etcd/data"))).toBe(false);
    }
    expect(await voters()).toBe("a");
    expect(await machine("a").etcdctl("get before --print-value-only")).toBe("1");
  }, 120_000);

  test("a member that returns with its volume joins again, with the data of the others", async () => {
    get().aws.wanted = ["a", "b", "c"];
    for (const letter of ["b", "c"]) await join(letter);
    expect(await voters()).toBe("abc");
    expect(await machine("b").etcdctl("get after-c --print-value-only")).toBe("1");
  }, 120_000);

  test("the leader removes an unwanted member whose machine is gone, and no other", async () => {
    const { aws, all } = get();
    await Promise.all(all.map((each) => each.run("read_members")));
    const leader = await findLeader(get());
    const [gone, stays] = ["a", "b", "c"].filter((letter) => letter !== leader.letter);
    // It does not answer, but is wanted.
    await machine(gone ?? "").off();
    expect((await leader.run(["bin/etcd-remove-absent"])).output).toBe("");
    aws.wanted = [leader.letter, stays ?? ""];
    await leader.run("read_members");
    expect(await succeed(leader, "bin/etcd-remove-absent")).toMatch(
      /the settings do not want it, and it does not answer/,
    );
    expect(await leader.etcdctl("member list -w simple")).not.toContain(`, ${gone}, `);
    // Its machine finds out, and keeps the data aside.
    const returned = machine(gone ?? "");
    aws.wanted = ["a", "b", "c"];
    await returned.run("read_members");
    expect((await returned.run("etcd_client; was_removed && set_data_aside rejoin")).code).toBe(0);
    expect((await machine(stays ?? "").run("etcd_client; was_removed")).code).toBe(1);
  }, 120_000);
});
