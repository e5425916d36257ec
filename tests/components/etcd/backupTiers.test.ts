import * as fc from "fast-check";

import {
  backupExpiry,
  backupKey,
  backupTiers,
  clusterOfSnapshot,
  parseBackupKey,
} from "../../../components/etcd/backupTiers.plan";
import type { BackupKey } from "../../../components/etcd/backupTiers.plan";

const example = "prod/backups/daily/20261121T000003Z-g2-r1000000012345-c.db.gz";

test("a key is parsed into its parts", () => {
  expect(parseBackupKey(example)).toEqual({
    cluster: "prod",
    tier: "daily",
    taken: new Date("2026-11-21T00:00:03Z"),
    generation: 2,
    revision: 1_000_000_012_345,
    member: "c",
  });
});

test("rendered keys parse to the same parts", () => {
  const keys = fc.record<BackupKey>({
    cluster: fc.stringMatching(/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/),
    tier: fc.constantFrom(...backupTiers),
    taken: fc
      .date({ min: new Date("2000-01-01"), max: new Date("2199-12-31"), noInvalidDate: true })
      .map((time) => new Date(Math.floor(time.getTime() / 1000) * 1000)),
    generation: fc.integer({ min: 1, max: 9000 }),
    revision: fc.maxSafeNat(),
    member: fc.constantFrom("a", "b", "c", "d", "e"),
  });
  fc.assert(
    fc.property(keys, (key) => {
      expect(parseBackupKey(backupKey(key))).toEqual(key);
      expect(clusterOfSnapshot(backupKey(key))).toBe(key.cluster);
    }),
  );
});

test.each([
  example.replace("daily", "yearly"),
  example.replace("1121T", "1321T"),
  example.replace("1121T", "0230T"),
  example.replace("T000003", "T250003"),
  example.replace("-c.", "-f."),
  example.replace(".gz", ""),
  example.replace("-g2", ""),
  `${example}.part`,
  `/${example}`,
  "prod/created",
  "prod/restores/x.db.gz",
])("%s is not the key of a backup", (key) => {
  expect(parseBackupKey(key)).toBeUndefined();
});

test.each([
  ["prod/restores/old-0123.db.gz", "prod"],
  ["prod/restores/../created.db.gz", undefined],
  ["prod/restores/.db.gz", undefined],
  ["prod/restores/a/b.db.gz", undefined],
  ["prod/created", undefined],
])("%s belongs to cluster %s", (key, cluster) => {
  expect(clusterOfSnapshot(key)).toBe(cluster);
});

test("each tier expires after its retention, the marker never", () => {
  const expiry = backupExpiry("prod", { all: 2, hourly: 7, daily: 90 });
  expect(expiry).toEqual([
    { prefix: "prod/backups/all/", days: 2 },
    { prefix: "prod/backups/hourly/", days: 7 },
    { prefix: "prod/backups/daily/", days: 90 },
    { prefix: "prod/restores/", days: 30 },
  ]);
  expect(expiry.filter(({ prefix }) => "prod/created".startsWith(prefix))).toEqual([]);
});
