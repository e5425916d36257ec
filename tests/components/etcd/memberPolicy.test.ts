/** Permissions of an etcd member on backups, as IAM decides them. */

import * as fc from "fast-check";

import { backupKey, backupTiers } from "../../../components/etcd/backupTiers.plan";
import type { BackupKey } from "../../../components/etcd/backupTiers.plan";
import { controlPlanePolicy } from "../../../components/controlPlane/instancePolicy.plan";
import { etcdPolicy } from "../../../components/etcd/memberPolicy.plan";
import type { EtcdMemberAccess } from "../../../components/etcd/memberPolicy.plan";
import type { IamPolicy } from "../../../components/machines/iamStatements.plan";
import { workerPolicy } from "../../../components/workers/instancePolicy.plan";
import { access, accountId, allows, keyArn, memberB, region } from "../machines/iamEvaluator";

const of = (name: string, member: string) => `${name}-${member}.db.gz`;
const all = "blue/backups/all/20261121T150000Z-g1-r12345";
const restoring: EtcdMemberAccess = { ...memberB, restoreFrom: of(all, "a") };

const file = (name: string) => `arn:aws:s3:::blue-backups/${name}`;
const isNew = { "s3:if-none-match": "*" };

const topologies: [string, string, (etcd: EtcdMemberAccess) => IamPolicy][] = [
  ["external", "etcd", (etcd) => etcdPolicy(access, etcd)],
  ["stacked", "control-plane", (etcd) => controlPlanePolicy(access, { etcd })],
];

describe.each(topologies)("an %s member", (_topology, role, policyOf) => {
  const policy = policyOf(memberB);
  const taggedFor = (taggedRole: string) => ({
    "aws:ResourceTag/holdfast:cluster": "blue",
    "aws:ResourceTag/holdfast:role": taggedRole,
  });

  test("attaches its own volume to instances of its role only", () => {
    const attaches = (resource: string, taggedRole: string) =>
      allows(policy, {
        action: "ec2:AttachVolume",
        resource: `arn:aws:ec2:${region}:${accountId}:${resource}`,
        context: taggedFor(taggedRole),
      });
    expect(attaches(`volume/${memberB.volumeId}`, "etcd")).toBe(true);
    expect(attaches("volume/vol-0123456789abcdef2", "etcd")).toBe(false);
    expect([attaches("instance/i-1", role), attaches("instance/i-1", "worker")]).toEqual([true, false]);
  });

  test("upserts its own DNS record only", () => {
    const changes = (name: string | undefined, change = "UPSERT") =>
      allows(policy, {
        action: "route53:ChangeResourceRecordSets",
        resource: `arn:aws:route53:::hostedzone/${memberB.hostedZoneId}`,
        context:
          name === undefined
            ? {}
            : {
                "route53:ChangeResourceRecordSetsNormalizedRecordNames": name,
                "route53:ChangeResourceRecordSetsRecordTypes": "A",
                "route53:ChangeResourceRecordSetsActions": change,
              },
      });
    expect(changes(memberB.dnsName)).toBe(true);
    expect([changes("api.blue.example.internal"), changes(memberB.dnsName, "DELETE"), changes(undefined)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("completes lifecycle actions of its role only", () => {
    const completes = (group: string, taggedRole = role) =>
      allows(policy, {
        action: "autoscaling:CompleteLifecycleAction",
        resource: `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:1-2-3:autoScalingGroupName/${group}`,
        context: taggedFor(taggedRole),
      });
    expect(completes(`blue-${role}-a`)).toBe(true);
    // The name of a cluster may start with the name of another and a role: the tag distinguishes them.
    expect(completes(`blue-${role}-a`, "worker")).toBe(false);
    for (const other of ["blue-worker-etcd", `blue-two-${role}-a`]) expect(completes(other)).toBe(false);
  });

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
      allows(policy, {
        action: "s3:ListBucket",
        resource: "arn:aws:s3:::blue-backups",
        context: { "s3:prefix": prefix },
      });
    expect([list("blue/backups/all/"), list("blue-two/"), list("")]).toEqual([true, false, false]);
    const parameter = (name: string) =>
      allows(policy, {
        action: "ssm:GetParameters",
        resource: `arn:aws:ssm:${region}:${accountId}:parameter/holdfast/${name}`,
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
        resource: keyArn("backups"),
        context: { "kms:ViaService": through, "kms:EncryptionContext:aws:s3:arn": bucket },
      });
    expect(decrypts("s3.eu-central-1.amazonaws.com", "arn:aws:s3:::blue-backups")).toBe(true);
    expect(decrypts("s3.eu-central-1.amazonaws.com", "arn:aws:s3:::other")).toBe(false);
    expect(decrypts("ec2.eu-central-1.amazonaws.com", "arn:aws:s3:::blue-backups")).toBe(false);
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
