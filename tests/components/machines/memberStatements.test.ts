/** What a member of etcd may do with backups, decided from the policy documents as IAM decides. */

import * as fc from "fast-check";

import { backupKey, backupTiers } from "../../../components/etcd/backupTiers.plan";
import type { BackupKey } from "../../../components/etcd/backupTiers.plan";
import { controlPlanePolicy, etcdPolicy, workerPolicy } from "../../../components/machines/rolePolicies.plan";
import type { EtcdAccess, MachineAccess } from "../../../components/machines/iamStatements.plan";
import { allows } from "./iam";

const region = "eu-central-1";
const key = (name: string) => `arn:aws:kms:${region}:123456789012:key/${name}`;
const access: MachineAccess = {
  cluster: "blue",
  region,
  accountId: "123456789012",
  parameterPrefix: "/holdfast/blue",
  secretsKeyArn: key("secrets"),
  bundle: { bucketArn: "arn:aws:s3:::blue-bundle", keyArn: key("bundle"), keyPrefix: "bundle/" },
  metricsNamespace: "Holdfast",
};
const memberB: EtcdAccess = {
  member: "b",
  dnsName: "etcd-b.blue.example.internal",
  hostedZoneId: "Z1",
  volumeId: "vol-b",
  disksKeyArn: key("disks"),
  backups: { bucketArn: "arn:aws:s3:::files", keyArn: key("backups") },
};
const of = (name: string, member: string) => `${name}-${member}.db.gz`;
const all = "blue/backups/all/20261121T150000Z-g1-r12345";
const restoring: EtcdAccess = { ...memberB, restoreFrom: of(all, "a") };

const file = (name: string) => `arn:aws:s3:::files/${name}`;
const isNew = { "s3:if-none-match": "*" };

const kinds = [
  ["etcd", etcdPolicy],
  ["stacked control plane", controlPlanePolicy],
] as const;

describe.each(kinds)("a member, as %s", (_kind, policyOf) => {
  const policy = policyOf(access, memberB);

  test.each([
    ["a backup of its own", of(all, "b"), true],
    ["an hourly one of its own", of(all.replace("/all/", "/hourly/"), "b"), true],
    ["another member's backup", of(all, "a"), false],
    ["another cluster's backup, by a member of the same letter", of(all.replace("blue/", "blue-two/"), "b"), false],
    ["what was brought from outside", "blue/restores/old.db.gz", false],
    ["the marker", "blue/created", true],
    ["the marker of a later generation", "blue/created-g3", true],
    ["another cluster's marker", "red/created", false],
  ])("reads %s: %s (%s)", (_what, name, expected) => {
    expect(allows(policy, { action: "s3:GetObject", resource: file(name) })).toBe(expected);
  });

  test.each([
    ["a new backup", of(all, "b"), isNew, true],
    ["a new backup under another member's name", of(all, "a"), isNew, false],
    ["over a backup", of(all, "b"), {}, false],
    ["a new marker", "blue/created-g2", isNew, true],
    ["over the marker", "blue/created", {}, false],
    ["into another cluster's backups", of(all.replace("blue/", "red/"), "b"), isNew, false],
    ["what looks like brought from outside", "blue/restores/old.db.gz", isNew, false],
  ])("writes %s: %s (%o) %s", (_what, name, context, expected) => {
    expect(allows(policy, { action: "s3:PutObject", resource: file(name), context })).toBe(expected);
  });

  test("deletes nothing, unlocks nothing and changes nothing about the bucket", () => {
    const actions = [policy, policyOf(access, restoring)].flatMap(({ Statement }) =>
      Statement.flatMap(({ Action }) => Action.filter((action) => action.startsWith("s3:"))),
    );
    expect(new Set(actions)).toEqual(new Set(["s3:GetObject", "s3:ListBucket", "s3:PutObject"]));
  });

  test("reads one more backup while the settings order to restore it, and no other", () => {
    const ordered = policyOf(access, restoring);
    const reads = (name: string) => allows(ordered, { action: "s3:GetObject", resource: file(name) });
    expect(reads(of(all, "a"))).toBe(true);
    expect(reads(of(all, "c"))).toBe(false);
    expect(reads(of(all.replace("r12345", "r12346"), "a"))).toBe(false);
  });

  test("whatever a backup is called, it is read by the member that its name ends with", () => {
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

  test("lists what is its cluster's, and sees the order to restore", () => {
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

  test("publishes figures in its own namespace alone", () => {
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

  test("uses the backups' key through S3 and for that bucket", () => {
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
  ["a control plane beside etcd", controlPlanePolicy(access)],
])("%s has nothing to do with backups", (_kind, policy) => {
  for (const action of ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]) {
    for (const name of [of(all, "b"), "blue/created"]) {
      expect(allows(policy, { action, resource: file(name), context: isNew })).toBe(false);
    }
  }
  expect(JSON.stringify(policy)).not.toContain("/etcd/restore");
});
