import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

import { parse } from "yaml";

import { formatBackups, describeAge, describeSize, listBackups, newestInTier } from "../../operations/etcd/backups";
import { snapshotKey, describeDataLoss } from "../../operations/etcd/restore";
import { setRestore } from "../../operations/etcd/restoreSetting";
import { compress, inspectSnapshot, measure } from "../../operations/etcd/snapshotFile";
import { describeBackups, describeMembers } from "../../operations/etcd/status";

const at = (time: string, tier: string, revision: number, generation = 1) =>
  `blue/backups/${tier}/202611${time}Z-g${generation}-r${revision}-a.db.gz`;
const objects = [
  { key: at("21T140000", "all", 400), size: 2048 },
  { key: at("21T141500", "all", 410), size: 4096 },
  { key: at("21T140000", "hourly", 400), size: 2048 },
  { key: at("20T000000", "daily", 100), size: 1024 },
  { key: "blue/created", size: 10 },
];
const backups = listBackups(objects);
const now = new Date("2026-11-21T14:20:00Z");

describe("list of backups", () => {
  test("has each backup once, newest first, under the key with the longest retention", () => {
    expect(backups.map(({ revision, tiers, key }) => [revision, tiers, key])).toEqual([
      [410, ["all"], at("21T141500", "all", 410)],
      [400, ["all", "hourly"], at("21T140000", "hourly", 400)],
      [100, ["daily"], at("20T000000", "daily", 100)],
    ]);
    expect(newestInTier(backups, "hourly")?.revision).toBe(400);
  });

  test("shows age, revision, size and tiers, and the number of hidden backups", () => {
    expect(formatBackups(backups, now, 2)).toEqual([
      "Taken                    Age     Generation  Revision  Size     Tiers       Key",
      "2026-11-21 14:15:00 UTC  5 min   1           410       4.0 KiB  all         blue/backups/all/20261121T141500Z-g1-r410-a.db.gz",
      "2026-11-21 14:00:00 UTC  20 min  1           400       2.0 KiB  all hourly  blue/backups/hourly/20261121T140000Z-g1-r400-a.db.gz",
      "… and 1 older; add --all to list them",
    ]);
    expect(formatBackups([], now)).toEqual(["no backups"]);
    expect(describeBackups(backups, now)[3]).toBe("  daily   38 h old    revision 100  1.0 KiB  of 1");
  });

  test.each([
    [119 * 60, "119 min"],
    [120 * 60, "2 h"],
    [48 * 3600, "2 d"],
  ])("age of %i seconds: %s", (seconds, text) => {
    expect(describeAge(new Date(0), new Date(seconds * 1000))).toBe(text);
  });

  test.each([
    [0, "0.0 KiB"],
    [1_048_576, "1.0 MiB"],
    [8 * 2 ** 30, "8.0 GiB"],
    [2 ** 41, "2048.0 GiB"],
  ])("size of %i bytes: %s", (bytes, text) => {
    expect(describeSize(bytes)).toBe(text);
  });
});

describe("data loss of a restore", () => {
  test("is described by time, revision and number of later changes", () => {
    expect(describeDataLoss(backups, at("20T000000", "daily", 100), now)).toEqual([
      "The restore discards all writes after 2026-11-20 00:00:00 UTC (38 h ago, revision 100):",
      "at least the 310 changes up to the newest backup (5 min old), and all later ones.",
      "Members move their current data aside on their volumes; they do not delete it.",
    ]);
    expect(describeDataLoss(backups, at("21T141500", "all", 410), now)[1]).toBe("the changes of the last 5 min.");
  });

  test("does not count revisions across generations", () => {
    const later = listBackups([...objects, { key: at("21T141900", "all", 1_000_000_000_500, 2), size: 1 }]);
    expect(describeDataLoss(later, at("20T000000", "daily", 100), now)[1]).toBe("the changes of the last 38 h.");
  });

  test("covers all data if the snapshot is a file", () => {
    expect(describeDataLoss(backups, "blue/restores/old-01.db.gz", now)).toEqual([
      expect.stringContaining("replaces all data of the cluster"),
    ]);
  });
});

describe("setting etcd.restore", () => {
  const ordered = { generation: 2, snapshot: "" };
  const stacks = join(__dirname, "../../stacks");

  test.each(["dev", "staging", "prod"])("is the only change in the file of stack %s", (stack) => {
    const text = readFileSync(join(stacks, `Pulumi.${stack}.yaml`), "utf8");
    const restore = { ...ordered, snapshot: `${stack}/backups/daily/20261121T000003Z-g1-r12345-a.db.gz` };
    const written = setRestore(text, restore);
    const config = (parse(written) as { config: Record<string, { etcd: { restore: unknown } }> }).config;
    expect(config["holdfast:cluster"]?.etcd.restore).toEqual(restore);
    const before = text.split("\n");
    const added = written.split("\n").filter((line) => !before.includes(line));
    expect(added.map((line) => line.trim()).filter((line) => line !== "etcd:")).toEqual([
      "restore:",
      "generation: 2",
      `snapshot: ${restore.snapshot}`,
    ]);
    expect(before.filter((line) => !written.split("\n").includes(line))).toEqual([]);
    const next = { generation: 3, snapshot: restore.snapshot };
    expect(setRestore(written, next)).toBe(written.replace("generation: 2", "generation: 3"));
  });

  test("is refused where it would be invalid", () => {
    const text = readFileSync(join(stacks, "Pulumi.staging.yaml"), "utf8");
    const other = "prod/backups/daily/20261121T000003Z-g1-r12345-a.db.gz";
    expect(() => setRestore(text, { generation: 2, snapshot: other })).toThrow("of cluster prod, not of staging");
    expect(() => setRestore("config: {}\n", ordered)).toThrow("no mapping");
    expect(() => setRestore("config: [", ordered)).toThrow("no mapping");
  });
});

describe("snapshot file", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "holdfast-etcd-"))));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const snapshot = (): Buffer => {
    const pages = randomBytes(512 * 700);
    return Buffer.concat([pages, createHash("sha256").update(pages).digest()]);
  };
  const file = (name: string, content: Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  test("is accepted compressed and uncompressed", async () => {
    const content = snapshot();
    expect(await inspectSnapshot(file("a.db", content))).toEqual({ compressed: false, size: 512 * 700 });
    expect(await inspectSnapshot(file("a.db.gz", gzipSync(content)))).toEqual({ compressed: true, size: 512 * 700 });
  });

  test.each([
    ["an empty file", () => Buffer.alloc(0), /not a complete etcd snapshot/],
    ["a few bytes", () => Buffer.from("x"), /not a complete etcd snapshot/],
    ["a truncated snapshot", () => snapshot().subarray(0, 5000), /not a complete etcd snapshot/],
    ["whole pages without their checksum", () => snapshot().subarray(0, 512 * 600 + 32), /damaged/],
    ["a snapshot with changed bytes", () => Object.assign(snapshot(), { 700: 0, 701: 1, 702: 2, 703: 3 }), /damaged/],
    [
      "a truncated compressed snapshot",
      () => gzipSync(snapshot()).subarray(0, 100_000),
      /cannot be read: .*unexpected end of file/,
    ],
  ])("is refused: %s", async (_what, content, message) => {
    await expect(inspectSnapshot(file("bad.db", content()))).rejects.toThrow(message);
  });

  test("is compressed, with the size and checksum of the compressed file", async () => {
    const content = snapshot();
    const packed = join(folder, "packed.gz");
    await compress(file("b.db", content), packed);
    expect(gunzipSync(readFileSync(packed)).equals(content)).toBe(true);
    const sha256 = createHash("sha256").update(readFileSync(packed)).digest("hex");
    expect(await measure(packed)).toEqual({ bytes: readFileSync(packed).length, sha256 });
  });

  test.each([
    ["/root/old backup.db", "blue/restores/old-backup-0000000000000000.db.gz"],
    ["monday.db.gz", "blue/restores/monday-0000000000000000.db.gz"],
    [".db", "blue/restores/snapshot-0000000000000000.db.gz"],
    ["--x.gz", "blue/restores/x-0000000000000000.db.gz"],
  ])("%s is uploaded as %s", (path, key) => {
    expect(snapshotKey("blue", path, "0".repeat(64))).toBe(key);
  });
});

test("members are shown with their newest metrics", () => {
  const members = new Map([
    [
      "a",
      {
        EtcdHasLeader: 1,
        EtcdGeneration: 2,
        DatabaseSizeBytes: 2 ** 30,
        DatabaseQuotaBytes: 2 ** 31,
        EtcdAlarms: 1,
        RestoreRefused: 1,
        ClockOffsetSeconds: 5,
      },
    ],
    ["b", { EtcdHasLeader: 0 }],
    ["c", {}],
    ["d", { EtcdHasLeader: 1, ClockOffsetSeconds: 6 }],
  ]);
  expect(describeMembers(members)).toEqual([
    "Members",
    "  a  serves                 generation 2  1.0 GiB, 50 % of its quota  1 etcd alarms, RESTORE REFUSED",
    "  b  sees no leader         generation ?",
    "  c  no metrics for 15 min",
    "  d  serves                 generation ?                              CLOCK 6 s OFF",
  ]);
});
