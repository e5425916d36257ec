/** Permissions of an etcd member on backups, as IAM decides them. */

import * as fc from "fast-check";

import { backupKey, backupTiers } from "../../../components/etcd/backupTiers.plan";
import type { BackupKey } from "../../../components/etcd/backupTiers.plan";
import { controlPlanePolicy } from "../../../components/controlPlane/instancePolicy.plan";
import { etcdPolicy } from "../../../components/etcd/memberPolicy.plan";
import type { EtcdMemberAccess } from "../../../components/etcd/memberPolicy.plan";
import type { IamPolicy, InstanceAccess } from "../../../components/machines/iamStatements.plan";
import { workerPolicy } from "../../../components/workers/instancePolicy.plan";
import { allows } from "../machines/iamEvaluator";

const region = "eu-central-1";
const key = (name: string) => `arn:aws:kms:${region}:123456789012:key/${name}`;
const access: InstanceAccess = {
  cluster: "blue",
  region,
  accountId: "123456789012",
  secretsKeyArn: key("secrets"),
  bundle: { bucketArn: "arn:aws:s3:::blue-bundle", keyArn: key("bundle") },
  metricsNamespace: "Holdfast",
};
const memberB: EtcdMemberAccess = {
  member: "b",
  dnsName: "etcd-b.blue.example.internal",
  hostedZoneId: "Z1",
  volumeId: "vol-b",
  disksKeyArn: key("disks"),
  backups: { bucketArn: "arn:aws:s3:::files", keyArn: key("backups") },
};
const of = (name: string, member: string) => `${name}-${member}.db.gz`;
const all = "blue/backups/all/20261121T150000Z-g1-r12345";
const restoring: EtcdMemberAccess = { ...memberB, restoreFrom: of(all, "a") };

const file = (name: string) => `arn:aws:s3:::files/${name}`;
const isNew = { "s3:if-none-match": "*" };

const topologies: [string, (etcd: EtcdMemberAccess) => IamPolicy][] = [
  ["external", (etcd) => etcdPolicy(access, etcd)],
  ["stacked", (etcd) => controlPlanePolicy(access, { etcd })],
];

describe.each(topologies)("an %s member", (_topology, policyOf) => {
  const policy = policyOf(memberB);

  test.each([
    ["its own backup", of(all, "b"), true],
    ["its own hourly backup", of(all.replace("/all/", "/hourly/"), "b"), true],
    ["another member's backup", of(all, "a"), false],
    ["a backup of another cluster's member with the same letter", of(all.replace("blue/", "blue-two/"), "b"), false],
    ["an imported snapshot", "blue/restores/old.db.gz", false],
    ["the marker", "blue/created", true],
    ["the marker of a later generation", "blue/created-g3", true],
    ["another cluster's marker", "red/created", false],
  ])("reads %s: %s (%s)", (_what, name, expected) => {
    expect(allows(policy, { action: "s3:GetObject", resource: file(name) })).toBe(expected);
  });

  test.each([
    ["a new backup", of(all, "b"), isNew, true],
    ["a new backup under another member's name", of(all, "a"), isNew, false],
    ["an existing backup", of(all, "b"), {}, false],
    ["a new marker", "blue/created-g2", isNew, true],
    ["an existing marker", "blue/created", {}, false],
    ["into another cluster's backups", of(all.replace("blue/", "red/"), "b"), isNew, false],
    ["an imported snapshot", "blue/restores/old.db.gz", isNew, false],
  ])("writes %s: %s (%o) %s", (_what, name, context, expected) => {
    expect(allows(policy, { action: "s3:PutObject", resource: file(name), context })).toBe(expected);
  });

  test("has no other S3 actions", () => {
    const actions = [policy, policyOf(restoring)].flatMap(({ Statement }) =>
      Statement.flatMap(({ Action }) => Action.filter((action) => action.startsWith("s3:"))),
    );
    expect(new Set(actions)).toEqual(new Set(["s3:GetObject", "s3:ListBucket", "s3:PutObject"]));
  });

  test("reads the backup that the settings order to restore, and no other of another member", () => {
    const ordered = policyOf(restoring);
    const reads = (name: string) => allows(ordered, { action: "s3:GetObject", resource: file(name) });
    expect(reads(of(all, "a"))).toBe(true);
    expect(reads(of(all, "c"))).toBe(false);
    expect(reads(of(all.replace("r12345", "r12346"), "a"))).toBe(false);
  });

  test("reads a backup only if the key ends with its letter", () => {
    const keys = fc.record<BackupKey>({
      cluster: fc.constantFrom("blue", "red", "blue-b"),
      tier: fc.constantFrom(...backupTiers),
      taken: fc.date({ min: new Date("2020-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
      generation: fc.integer({ min: 1, max: 9000 }),
      revision: fc.integer({ min: 1 }),
      member: fc.constantFrom("a", "b", "c", "d", "e"),
    });
    fc.assert(
      fc.property(keys, (made) => {
        const reads = allows(policy, { action: "s3:GetObject", resource: file(backupKey(made)) });
        expect(reads).toBe(made.cluster === "blue" && made.member === "b");
      }),
    );
  });

  test("lists its cluster's objects, and reads the restore order", () => {
    const list = (prefix: string) =>
      allows(policy, { action: "s3:ListBucket", resource: "arn:aws:s3:::files", context: { "s3:prefix": prefix } });
    expect([list("blue/backups/all/"), list("blue-two/"), list("")]).toEqual([true, false, false]);
    const parameter = (name: string) =>
      allows(policy, {
        action: "ssm:GetParameters",
        resource: `arn:aws:ssm:${region}:123456789012:parameter/holdfast/${name}`,
      });
    expect([parameter("blue/etcd/restore"), parameter("blue-two/etcd/restore")]).toEqual([true, false]);
  });

  test("publishes metrics in its own namespace only", () => {
    const publishes = (namespace: string, where = region) =>
      allows(policy, {
        action: "cloudwatch:PutMetricData",
        resource: "*",
        context: { "cloudwatch:namespace": namespace, "aws:RequestedRegion": where },
      });
    expect([publishes("Holdfast"), publishes("AWS/EC2"), publishes("Holdfast", "us-east-1")]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("uses the backups' key through S3 and for this bucket only", () => {
    const decrypts = (through: string, bucket: string) =>
      allows(policy, {
        action: "kms:Decrypt",
        resource: key("backups"),
        context: { "kms:ViaService": through, "kms:EncryptionContext:aws:s3:arn": bucket },
      });
    expect(decrypts("s3.eu-central-1.amazonaws.com", "arn:aws:s3:::files")).toBe(true);
    expect(decrypts("s3.eu-central-1.amazonaws.com", "arn:aws:s3:::other")).toBe(false);
    expect(decrypts("ec2.eu-central-1.amazonaws.com", "arn:aws:s3:::files")).toBe(false);
  });
});

test.each([
  ["a worker", workerPolicy(access)],
  ["a control plane with external etcd", controlPlanePolicy(access)],
])("%s has no access to backups", (_kind, policy) => {
  for (const action of ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]) {
    for (const name of [of(all, "b"), "blue/created"]) {
      expect(allows(policy, { action, resource: file(name), context: isNew })).toBe(false);
    }
  }
  expect(JSON.stringify(policy)).not.toContain("/etcd/restore");
});
