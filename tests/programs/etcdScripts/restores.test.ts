/** Restores and lost volumes: the node's scripts with real etcd members. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { type EtcdMachine, cluster, waitUntilServing } from "./members";
import { createBackup, backups, leftovers, membersForAll, sha256, succeed } from "./support";

describe("restores", () => {
  const get = membersForAll();
  let key: string;
  beforeAll(async () => {
    const [first] = get().all;
    await first?.etcdctl("put /registry/before kept");
    await first?.etcdctl("put /registry/masterleases/10.0.0.9 gone");
    key = await createBackup(get());
    await first?.etcdctl("put /registry/after lost");
    await first?.etcdctl("put /registry/before changed");
  }, 60_000);

  const revision = async (machine: EtcdMachine): Promise<number> =>
    Number(/"Revision" : (\d+)/.exec(await machine.etcdctl("get / --count-only -w fields"))?.[1]);

  test.each([
    ["an unknown key", () => ({ generation: 2, snapshot: `${backups}/all/none.db.gz` }), "there is no blue/backups"],
    [
      "another cluster's key",
      () => ({ generation: 2, snapshot: "green/backups/all/x.db.gz" }),
      "not a backup of cluster",
    ],
    ["no key", () => ({ generation: 2 }), "without a snapshot"],
    ["an invalid key", () => ({ generation: 2, snapshot: "blue/$(reboot)" }), "is not the key of a backup"],
    [
      "a corrupt backup",
      () => ({ generation: 2, snapshot: alter("corrupt", (bytes) => bytes.fill(0, 99, 120)) }),
      "is damaged",
    ],
    [
      "a truncated backup",
      () => ({ generation: 2, snapshot: alter("cut", (bytes) => bytes.subarray(0, -9)) }),
      "is damaged",
    ],
    [
      "another cluster's backup",
      () => ({ generation: 2, snapshot: alter("foreign", undefined, { cluster: "green" }) }),
      "of cluster 'green'",
    ],
    [
      "a snapshot with a wrong checksum",
      () => ({ generation: 2, snapshot: alter("end", changeLastPage, "fix") }),
      "is not a complete snapshot",
    ],
    [
      "a text file",
      () => ({ generation: 2, snapshot: alter("text", () => Buffer.from("hello"), "fix") }),
      "cannot be decompressed",
    ],
  ])("%s: refused by every member, and etcd keeps running", async (_, setting, reason) => {
    const { aws, all } = get();
    aws.restore = setting();
    const before = all.map(({ pid }) => pid);
    for (const machine of all) {
      const { code, output } = await machine.run(["bin/etcd-restore"]);
      expect([code, output]).toEqual([78, expect.stringContaining(reason)]);
      expect(await machine.etcdctl("get /registry/after --print-value-only")).toBe("lost");
    }
    expect(all.map(({ pid }) => pid)).toEqual(before);
    expect(all.flatMap(leftovers)).toEqual([]);
  });

  /** Changes the last page, but not the checksum. */
  function changeLastPage(bytes: Buffer): Buffer {
    const pages = gunzipSync(bytes);
    return gzipSync(pages.fill(7, pages.length - 600, pages.length - 32));
  }

  /** Stores a changed copy of the backup. @param meta changed metadata; "fix": the checksum of the copy. */
  function alter(name: string, change?: (bytes: Buffer) => Buffer, meta: Record<string, string> | "fix" = {}): string {
    const { objects } = get().aws;
    const stored = objects.get(key);
    if (stored === undefined) throw new Error("no backup");
    const copy = Buffer.from(stored.bytes);
    const bytes = change?.(copy) ?? copy;
    const changed = meta === "fix" ? { sha256: sha256(bytes) } : meta;
    const headers = Object.fromEntries(Object.entries(changed).map(([field, value]) => [`x-amz-meta-${field}`, value]));
    objects.set(`${backups}/all/${name}.db.gz`, { bytes, headers: { ...stored.headers, ...headers } });
    return `${backups}/all/${name}.db.gz`;
  }

  test("a killed restore leaves etcd unchanged", async () => {
    const { aws, all } = get();
    aws.restore = { generation: 2, snapshot: key };
    const [first] = all as [EtcdMachine];
    const { pid } = first;
    await first.killedAt("bin/etcd-restore", "state/scratch/restore/snapshot.db.gz");
    expect(first.pid).toBe(pid);
    expect(await first.etcdctl("get /registry/after --print-value-only")).toBe("lost");
  });

  test("all members return with the data of the backup, in unused revisions", async () => {
    const { aws, all } = get();
    const seen = await revision(all[0] as EtcdMachine);
    aws.restore = { generation: 2, snapshot: key };
    for (const output of await Promise.all(all.map((machine) => succeed(machine, "bin/etcd-restore")))) {
      expect(output).toContain("generation 2 in place");
    }
    await waitUntilServing(all);
    for (const machine of all) {
      expect(await machine.etcdctl("get /registry/before --print-value-only")).toBe("kept");
      expect(await machine.etcdctl("get /registry/after")).toBe("");
      expect(await revision(machine)).toBeGreaterThan(1e12);
      // The old data was moved aside.
      expect(readdirSync(machine.path("etcd")).filter((name) => name.startsWith("before-g2-"))).toHaveLength(1);
      expect(leftovers(machine)).toEqual([]);
    }
    // A watch from an old revision gets an error and must list again, instead of wrong events.
    const watching = await all[0]?.run(
      `etcd_client; timeout 5 etcdctl watch /registry --prefix --rev ${seen} 2>&1 || true`,
    );
    expect(watching?.stdout).toContain("compacted");
    // A second run does nothing.
    for (const machine of all) expect(await succeed(machine, "bin/etcd-restore")).toBe("");
  });

  test("deletes addresses of former API servers, writes the marker of the generation, and creates a backup", async () => {
    const { aws, all } = get();
    for (const machine of all) await succeed(machine, "steps/etcd-marker");
    expect(await all[0]?.etcdctl("get --prefix /registry/masterleases/")).toBe("");
    expect(aws.keys(`${cluster}/created`)).toEqual([`${cluster}/created`, `${cluster}/created-g2`]);
    expect(await createBackup(get())).toMatch(/-g2-r1000000\d+-/);
  });

  test("a lower generation is refused", async () => {
    const { aws, all } = get();
    aws.restore = { generation: 1 };
    for (const machine of all) {
      const { code, output } = await machine.run(["bin/etcd-restore"]);
      expect([code, output]).toEqual([78, expect.stringContaining("only go forward")]);
    }
    await waitUntilServing(all);
  });

  test("a later generation can restore a backup of the first one", async () => {
    const { aws, all } = get();
    const seen = await revision(all[0] as EtcdMachine);
    // Two of three volumes are lost.
    for (const machine of all.slice(1)) {
      await machine.off();
      rmSync(machine.path("etcd/data"), { recursive: true });
    }
    aws.restore = { generation: 3, snapshot: key };
    await Promise.all(all.map((machine) => succeed(machine, "bin/etcd-restore")));
    await waitUntilServing(all);
    expect(await revision(all[2] as EtcdMachine)).toBeGreaterThan(seen);
    expect(await all[2]?.etcdctl("get /registry/before --print-value-only")).toBe("kept");
  });

  test("a volume that is lost later joins with the data of the others instead of a second restore", async () => {
    const { aws, all } = get();
    for (const machine of all) await succeed(machine, "steps/etcd-marker");
    await all[0]?.etcdctl("put /registry/since here");
    const last = all[2] as EtcdMachine;
    await last.off();
    rmSync(last.path("etcd/data"), { recursive: true });
    expect(await succeed(last, "bin/etcd-restore")).toContain("a blank volume joins it");
    const peer = last.endpoint.replace(/2379$/, "2380");
    await succeed(last, "bin/etcd-join", "c", peer);
    await waitUntilServing([last]);
    expect(await last.etcdctl("get /registry/since --print-value-only")).toBe("here");
    expect(await succeed(last, "bin/etcd-restore")).toBe("");
    expect((await last.etcdctl("member list")).split("\n").every((line) => line.endsWith(", false"))).toBe(true);
    // A backup preceded the change of the membership.
    expect(aws.keys(`${backups}/all/`).some((name) => name.includes("-g3-") && name.endsWith("-c.db.gz"))).toBe(true);
  });

  test("a killed join succeeds in the next attempt", async () => {
    const { aws, all } = get();
    const last = all[2] as EtcdMachine;
    await last.off();
    rmSync(last.path("etcd/data"), { recursive: true });
    const peer = last.endpoint.replace(/2379$/, "2380");
    await last.killedAt("bin/etcd-join", "etcd/data/generation", ["c", peer]);
    await succeed(last, "bin/etcd-join", "c", peer);
    await waitUntilServing([last]);
    expect((await last.etcdctl("member list")).split("\n").map((line) => line.split(", ")[5])).toEqual([
      "false",
      "false",
      "false",
    ]);
    expect(aws.restore).toMatchObject({ generation: 3 });
  }, 60_000);

  test("no member joins without a quorum", async () => {
    const [a, b, c] = get().all as [EtcdMachine, EtcdMachine, EtcdMachine];
    for (const machine of [b, c]) await machine.off();
    rmSync(c.path("etcd/data"), { recursive: true });
    const joining = c.run(["bin/etcd-join", "c", c.endpoint.replace(/2379$/, "2380")]);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect(existsSync(c.path("etcd/data/member"))).toBe(false);
    await b.run("systemctl start --no-block etcd.service");
    expect((await joining).code).toBe(0);
    await waitUntilServing([a, b, c]);
  }, 60_000);
});
