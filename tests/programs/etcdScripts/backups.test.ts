/** Backups, their metrics and the restore test: the node's scripts with real etcd members. */
import { gunzipSync } from "node:zlib";
import { cluster } from "./members";
import { createBackup, backups, findLeader, leftovers, membersForAll, sha256, succeed } from "./support";

describe("backups", () => {
  const get = membersForAll();

  test("only the leader creates one: verified, encrypted, and never overwriting another", async () => {
    const { aws, all } = get();
    for (let i = 0; i < 20; i++) await all[0]?.etcdctl(`put /registry/key${i % 10} ${i}`);
    const leader = await findLeader(get());
    for (const machine of all) await succeed(machine, "bin/etcd-backup");
    const [key = "", ...more] = aws.keys(`${backups}/all/`);
    expect(more).toEqual([]);
    expect(key).toMatch(new RegExp(`^${backups}/all/\\d{8}T\\d{6}Z-g1-r21-${leader.letter}\\.db\\.gz$`));
    const stored = aws.objects.get(key);
    const bytes = stored?.bytes ?? Buffer.of();
    expect(stored?.headers).toMatchObject({
      "x-amz-meta-cluster": cluster,
      "x-amz-meta-generation": "1",
      "x-amz-meta-member": leader.letter,
      "x-amz-meta-revision": "21",
      "x-amz-meta-keys": "10",
      "x-amz-meta-sha256": sha256(bytes),
      "x-amz-meta-size": String(gunzipSync(bytes).length),
      "x-amz-checksum-sha256": Buffer.from(sha256(bytes), "hex").toString("base64"),
    });
    // The bucket's default encryption applies. curl before 8.10 signs a pair of such headers in the wrong order.
    expect(Object.keys(stored?.headers ?? {}).filter((name) => name.includes("encryption"))).toEqual([]);
    // The first backups of an hour and of a day have a longer retention.
    const name = key.slice(`${backups}/all/`.length);
    expect(aws.keys(`${backups}/`)).toEqual(["all", "daily", "hourly"].map((tier) => `${backups}/${tier}/${name}`));
    expect(aws.newestMetric("BackupRevision")).toBe(21);
    expect(aws.newestMetric("BackupSizeBytes")).toBe(bytes.length);
    expect(all.flatMap(leftovers)).toEqual([]);

    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await createBackup(get())).toContain("-r22-");
    expect(aws.keys(`${backups}/hourly/`)).toHaveLength(1);
  });

  test("every member publishes its metrics, the leader also the age of the newest backup", async () => {
    const { aws, all } = get();
    // A backup publishes its own age, 0.
    const earlier = aws.metrics.length;
    for (const machine of all) {
      const page = await machine.run(
        `etcd_client
        curl -s --cacert "$ETCDCTL_CACERT" --cert "$ETCDCTL_CERT" --key "$ETCDCTL_KEY" "$own_endpoint/metrics" >"$HOME/metrics"`,
      );
      expect(page.code).toBe(0);
      const result = await machine.run(["bin/etcd-metrics"], {
        HOLDFAST_ETCD_METRICS: `file://${machine.path("metrics")}`,
      });
      expect([result.code, result.output]).toEqual([0, ""]);
    }
    const published = (name: string) => aws.metrics.slice(earlier).filter((metric) => metric.name === name);
    expect(published("DatabaseQuotaBytes").map(({ member, value }) => [member, value])).toEqual(
      ["a", "b", "c"].map((member) => [member, 2 * 2 ** 30]),
    );
    // New databases.
    for (const { value } of published("DatabaseQuotaUsed")) expect(value).toBe(0);
    expect(published("DatabaseQuotaUsed")).toHaveLength(3);
    expect(published("EtcdAlarms").map(({ value }) => value)).toEqual([0, 0, 0]);
    const offsets = published("ClockOffsetSeconds").map(({ value }) => value);
    expect(offsets).toHaveLength(3);
    // Node.js caches the Date header of its answers for a second.
    expect(Math.max(...offsets)).toBeLessThanOrEqual(1);
    expect(published("EtcdHasLeader").map(({ value }) => value)).toEqual([1, 1, 1]);
    const ages = published("BackupAgeSeconds");
    expect(ages).toHaveLength(1);
    expect(ages[0]?.value).toBeLessThan(60);
  });

  test("a killed backup leaves nothing in the bucket, and nothing on disk after the next backup", async () => {
    const leader = await findLeader(get());
    const before = get().aws.keys("");
    await leader.killedAt("bin/etcd-backup", "state/scratch/backup/snapshot.db");
    expect(leftovers(leader)).toEqual(["backup"]);
    expect(get().aws.keys("")).toEqual(before);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await createBackup(get());
    expect(leftovers(leader)).toEqual([]);
  });

  test("an unreachable bucket is reported as a failure", async () => {
    get().aws.reachable = false;
    const { code, output } = await (await findLeader(get())).run(["bin/etcd-backup"]);
    get().aws.reachable = true;
    expect([code, output]).toEqual([1, expect.stringContaining("HTTP 503")]);
  });

  test("the restore test restores the newest one and compares its content", async () => {
    const { aws, all } = get();
    const key = await createBackup(get());
    for (const machine of all) await succeed(machine, "bin/etcd-drill");
    expect(aws.metrics.filter(({ name }) => name === "DrillSuccess").map(({ value }) => value)).toEqual([1]);
    expect(all.flatMap(leftovers)).toEqual([]);

    const stored = aws.objects.get(key);
    if (stored === undefined) throw new Error("no backup");
    const damaged = Buffer.from(stored.bytes);
    damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] ?? 0) ^ 1;
    aws.objects.set(key, { ...stored, bytes: damaged });
    const { code, output } = await (await findLeader(get())).run(["bin/etcd-drill"]);
    expect([code, output]).toEqual([78, expect.stringContaining("is damaged")]);
    expect(aws.newestMetric("DrillSuccess")).toBe(0);

    const lost = { ...stored, headers: { ...stored.headers, "x-amz-meta-keys": "9" } };
    aws.objects.set(key, lost);
    const other = await (await findLeader(get())).run(["bin/etcd-drill"]);
    expect([other.code, other.output]).toEqual([1, expect.stringMatching(/serves \d+ keys, expected 9/)]);
    expect(all.flatMap(leftovers)).toEqual([]);
  });
});
