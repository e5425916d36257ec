/** A member whose volume is older than what it has acknowledged, e.g. from a snapshot of the volume: real etcd members. */
import { cpSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { type EtcdMachine, waitUntilServing } from "./members";
import { findLeader, membersForAll, succeed } from "./support";
import { waitUntil } from "../../../rehearsal/drills/rehearsedCluster";

describe("a member with older data", () => {
  const get = membersForAll();
  let member: EtcdMachine;
  const contradicted = async (restarts: number): Promise<boolean> =>
    (await member.run(`restart_count() { echo ${String(restarts)}; }; contradicted`)).code === 0;

  beforeAll(async () => {
    const leader = await findLeader(get());
    member = get().all.find((each) => each !== leader) ?? leader;
    member.stub("journalctl", `tail -n "$4" "$HOME/etcd.log"`);
  });

  test("exits, because the leader expects entries that its data lacks", async () => {
    const leader = await findLeader(get());
    await leader.etcdctl("put before 1");
    await member.off();
    cpSync(member.path("etcd/data"), member.path("older"), { recursive: true });
    await member.run("systemctl start etcd.service");
    await waitUntilServing([member]);
    expect(await contradicted(5)).toBe(false);
    for (let number = 0; number < 20; number++) await leader.etcdctl(`put after-${String(number)} 1`);
    expect(await member.etcdctl("get after-19 --print-value-only")).toBe("1");
    await member.off();
    rmSync(member.path("etcd/data"), { recursive: true });
    cpSync(member.path("older"), member.path("etcd/data"), { recursive: true });
    await member.run("systemctl start etcd.service");
    await waitUntil("etcd to exit", 30_000, () => {
      const log = readFileSync(member.path("etcd.log"), "utf8");
      return Promise.resolve(log.includes("\npanic: "));
    });
    expect([await contradicted(4), await contradicted(5)]).toEqual([false, true]);
  }, 120_000);

  test("joins again with the data of the others, and keeps the older data aside", async () => {
    const peer = member.endpoint.replace(/2379$/, "2380");
    await member.run("systemctl stop etcd.service; set_data_aside rejoin");
    await succeed(member, "bin/etcd-join", member.letter, peer);
    await waitUntilServing([member]);
    expect(await member.etcdctl("get after-19 --print-value-only")).toBe("1");
    expect(readdirSync(member.path("etcd"))).toContainEqual(expect.stringMatching(/^before-rejoin-\d{8}T\d{6}Z$/));
  }, 120_000);
});
