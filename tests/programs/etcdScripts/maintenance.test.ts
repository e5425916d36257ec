/** Defragmentation, and recovery from an exceeded quota: the node's scripts with real etcd members. */
import type { EtcdMachine } from "./members";
import { findLeader, membersForAll, succeed } from "./support";

describe("maintenance", () => {
  const get = membersForAll({ ETCD_QUOTA_BACKEND_BYTES: String(24 << 20) });
  /** Writes a MiB `times` times, or until etcd refuses. */
  const fill = (times: number): Promise<string> =>
    (get().all[0] as EtcdMachine)
      .run(
        `etcd_client; head -c 1000000 /dev/urandom | base64 -w 0 >"$HOME/value"
        for ((i = 0; i < ${times}; i++)); do etcdctl put /big <"$HOME/value" || break; done`,
      )
      .then(({ output }) => output);
  const size = async (machine: EtcdMachine): Promise<number> =>
    (JSON.parse((await machine.run('etcd_client; status_of "$own_endpoint"')).stdout) as { dbSize: number }).dbSize;

  test("members defragment in turn, the leader last, after it has moved its leadership", async () => {
    const { all } = get();
    await fill(8);
    const revision = /"Revision" : (\d+)/.exec((await all[0]?.etcdctl("get /big --count-only -w fields")) ?? "")?.[1];
    await all[0]?.etcdctl(`compact --physical ${String(revision)}`);
    // etcd counts compacted revisions as free after the next write.
    for (const value of ["one", "two"]) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await all[0]?.etcdctl(`put /small ${value}`);
    }

    for (const machine of all) {
      const free = `etcd_client; INTERVAL=0.1 wait_for 20 compaction eval 'status_of "$own_endpoint" | jq -e ".dbSizeInUse * 2 < .dbSize"'`;
      expect((await machine.run(free)).code).toBe(0);
    }
    const before = await Promise.all(all.map(size));
    const leader = await findLeader(get());
    const environment = { HOLDFAST_DEFRAG_LEAST: "1000" };
    const results = await Promise.all(all.map((machine) => machine.run(["bin/etcd-defrag"], environment)));
    expect(results.map(({ code, output }) => [code, output])).toEqual(
      all.map(() => [0, expect.stringMatching(/MiB before, \d+ MiB after/) as string]),
    );
    const after = await Promise.all(all.map(size));
    expect(after.map((bytes, index) => bytes < (before[index] ?? 0) / 2)).toEqual([true, true, true]);
    expect((await findLeader(get())).letter).not.toBe(leader.letter);
    // Does nothing if it would free little space.
    expect(await succeed(all[0] as EtcdMachine, "bin/etcd-defrag")).toBe("");
  }, 60_000);

  test("recovery from an exceeded quota", async () => {
    const { all } = get();
    expect(await fill(60)).toContain("database space exceeded");
    await expect(all[1]?.etcdctl("put /small x")).rejects.toThrow("database space exceeded");
    const output = await succeed(all[1] as EtcdMachine, "bin/etcd-recover-space");
    expect(output).toContain("alarm:NOSPACE");
    expect(output).toContain("etcd accepts writes again");
    expect(await all[2]?.etcdctl("put /small x")).toBe("OK");
    expect(await all[0]?.etcdctl("alarm list")).toBe("");
  }, 60_000);
});
