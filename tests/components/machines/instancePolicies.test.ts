import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { controlPlanePolicy } from "../../../components/controlPlane/instancePolicy.plan";
import { etcdPolicy } from "../../../components/etcd/memberPolicy.plan";
import { instanceTrustPolicy } from "../../../components/machines/iamStatements.plan";
import type { IamPolicy, IamStatement } from "../../../components/machines/iamStatements.plan";
import { workerPolicy } from "../../../components/workers/instancePolicy.plan";
import { access, accountId, keyArn, matches, memberB, region } from "./iamEvaluator";

const etcd = { ...memberB, restoreFrom: "blue/backups/daily/20261121T000003Z-g1-r12345-a.db.gz" };

/** Actions that scripts call by name, by machine role. */
const commonActions = ["cloudwatch:PutMetricData", "s3:GetObject", "ssm:GetParameters"];
const memberActions = [
  "autoscaling:CompleteLifecycleAction",
  "autoscaling:DescribeAutoScalingGroups",
  "autoscaling:DescribeInstanceRefreshes",
  "autoscaling:RecordLifecycleActionHeartbeat",
  "autoscaling:SetInstanceProtection",
];
const controlPlaneActions = ["ec2:DescribeInstances", "ssm:PutParameter"];
const replacementActions = ["autoscaling:SetInstanceHealth"];
const etcdActions = ["ec2:AttachVolume", "ec2:DescribeVolumes", "route53:ChangeResourceRecordSets", "s3:PutObject"];
/** Actions that AWS requires of the caller of another action. */
const impliedByGetObject = ["kms:Decrypt"];
const impliedByPutParameter = ["kms:Encrypt", "kms:GenerateDataKey"];
const impliedByEtcd = ["kms:CreateGrant", "kms:GenerateDataKey", "s3:ListBucket"];

/** Actions of kubelet's credential provider and of containerd, on machines that run pods. */
const pullActions = ["ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer"];

const policies: [string, IamPolicy, string[]][] = [
  [
    "stacked control plane",
    controlPlanePolicy(access, { etcd }),
    [
      ...memberActions,
      ...controlPlaneActions,
      ...impliedByPutParameter,
      ...etcdActions,
      ...impliedByEtcd,
      ...pullActions,
    ],
  ],
  [
    "control plane that replaces broken workers",
    controlPlanePolicy(access, { etcd, replacesWorkers: true }),
    [
      ...memberActions,
      ...replacementActions,
      ...controlPlaneActions,
      ...impliedByPutParameter,
      ...etcdActions,
      ...impliedByEtcd,
      ...pullActions,
    ],
  ],
  [
    "control plane with external etcd",
    controlPlanePolicy(access),
    [...memberActions, ...controlPlaneActions, ...impliedByPutParameter, ...pullActions],
  ],
  ["etcd", etcdPolicy(access, etcd), [...memberActions, ...etcdActions, ...impliedByEtcd]],
  [
    "worker",
    workerPolicy(access),
    ["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat", ...pullActions],
  ],
];

const sessionChannels = [
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
];
const sessionManager = ["ssm:UpdateInstanceInformation", ...sessionChannels];
function actions(policy: IamPolicy): string[] {
  return policy.Statement.flatMap(({ Action }) => Action);
}

function statement(policy: IamPolicy, action: string, resource: string): IamStatement {
  const found = policy.Statement.filter(
    ({ Action, Resource }) => Action.includes(action) && Resource.some((one) => one.includes(resource)),
  );
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new Error(`${found.length} statements allow ${action} on ${resource}`);
  return only;
}

function reaches(policy: IamPolicy, action: string, resource: string): boolean {
  return policy.Statement.some(
    ({ Action, Resource }) => Action.includes(action) && Resource.some((pattern) => matches(pattern, resource)),
  );
}

const parameter = (path: string) => `arn:aws:ssm:${region}:${accountId}:parameter/holdfast/blue${path}`;

describe.each(policies)("policy of %s", (_role, policy, needed) => {
  test("allows the actions that the scripts call, and no others", () => {
    const all = new Set([...sessionManager, ...commonActions, ...impliedByGetObject, ...needed]);
    expect([...new Set(actions(policy))].sort()).toEqual([...all].sort());
  });

  test("has no wildcards in actions", () => {
    for (const action of actions(policy)) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
  });

  test("allows all resources only for reads, or if IAM supports no resource, and in one region", () => {
    for (const { Sid, Action, Resource, Condition } of policy.Statement) {
      if (!Resource.includes("*")) continue;
      expect([Sid, Resource]).toEqual([Sid, ["*"]]);
      for (const action of Action) {
        const read = /^[a-z0-9]+:Describe/.test(action);
        const unnamed = [...sessionChannels, "cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"].includes(action);
        expect([action, read || unnamed]).toEqual([action, true]);
      }
      const narrowed = Action.includes("cloudwatch:PutMetricData") ? { "cloudwatch:namespace": "Holdfast" } : {};
      expect(Condition).toEqual({ StringEquals: { "aws:RequestedRegion": region, ...narrowed } });
    }
  });

  test("limits other actions to ARNs of this account, buckets of this cluster, or tags", () => {
    for (const { Sid, Resource, Condition } of policy.Statement) {
      for (const resource of Resource) {
        if (resource === "*") continue;
        const named = /^arn:aws:(s3:::blue-|route53:::hostedzone\/Z|[a-z0-9]+:eu-central-1:123456789012:)/.test(
          resource,
        );
        expect([resource, named]).toEqual([resource, true]);
        if (!/:(instance\/\*|autoScalingGroup:)/.test(resource) || Sid === "RegisterWithSessionManager") continue;
        expect(Condition).toMatchObject({ StringEquals: { "aws:ResourceTag/holdfast:cluster": "blue" } });
        expect(Condition?.["StringEquals"]).toHaveProperty(["aws:ResourceTag/holdfast:role"]);
      }
    }
  });

  test("uses keys only through the service that stores the encrypted data", () => {
    const keys = policy.Statement.filter(({ Action }) => Action.some((action) => action.startsWith("kms:")));
    expect(keys.length).toBeGreaterThan(1);
    for (const { Sid, Condition } of keys) {
      const equals = Condition?.["StringEquals"] ?? {};
      expect(equals["kms:ViaService"]).toMatch(/^(s3|ssm|ec2)\.eu-central-1\.amazonaws\.com$/);
      const narrowed =
        JSON.stringify(Condition).includes("kms:EncryptionContext:") || Sid === "GrantDataVolumeKeyToEbs";
      expect([Sid, narrowed]).toEqual([Sid, true]);
    }
  });

  test("fits into an inline policy, with room to grow", () => {
    // IAM allows 10,240 characters without white space for all inline policies of a role.
    expect(JSON.stringify(policy).length).toBeLessThan(7_500);
  });

  test("has unique statement ids", () => {
    const sids = policy.Statement.map(({ Sid }) => Sid);
    expect(new Set(sids).size).toBe(sids.length);
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
  });
});

describe("scripts", () => {
  const folder = join(__dirname, "../../../components/node/files");
  const scripts = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");

  const allowed = [...memberActions, ...replacementActions, ...controlPlaneActions, ...etcdActions, ...commonActions];

  test("call every allowed action", () => {
    // Scripts call S3 and Route 53 by method and path.
    const unnamed = ["GetObject", "PutObject", "ChangeResourceRecordSets"];
    const names = allowed.map((action) => action.split(":")[1] ?? "").filter((name) => !unnamed.includes(name));
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(scripts))).toEqual([]);
  });

  test("call no other action", () => {
    const called = [...scripts.matchAll(/\b(ssm|ec2|autoscaling|group)_call "?([A-Z][a-z][A-Za-z]+)/g)].map(
      ([, service, name]) => [service === "group" ? "autoscaling" : service, name].join(":"),
    );
    expect(called.length).toBeGreaterThan(3);
    expect(called.filter((action) => !allowed.includes(action))).toEqual([]);
  });
});

describe("secrets", () => {
  const keys = ["/pki/kubernetes/ca.key", "/pki/kubernetes/sa.key", "/pki/etcd/ca.key", "/pki/kubernetes/ca.crt"];
  const join = "/join/kubeconfig";
  const cases: [string, IamPolicy, string[]][] = [
    ["stacked control plane", controlPlanePolicy(access, { etcd }), [...keys, join]],
    ["control plane with external etcd", controlPlanePolicy(access), [...keys, join]],
    ["etcd", etcdPolicy(access, etcd), ["/pki/etcd/ca.key"]],
    ["worker", workerPolicy(access), [join]],
  ];

  test.each(cases)("that a %s reads are those it needs", (_role, policy, allowed) => {
    for (const path of [...keys, join]) {
      expect([path, reaches(policy, "ssm:GetParameters", parameter(path))]).toEqual([path, allowed.includes(path)]);
      const { Condition } = statement(policy, "kms:Decrypt", keyArn("secrets"));
      const patterns = Condition?.["StringLike"]?.["kms:EncryptionContext:PARAMETER_ARN"] as readonly string[];
      const decrypts = patterns.some((pattern) => matches(pattern, parameter(path)));
      expect([path, decrypts]).toEqual([path, allowed.includes(path)]);
    }
  });

  test.each(cases)("of another cluster are not readable by a %s", (_role, policy) => {
    const other = parameter(join).replace("/holdfast/blue/", "/holdfast/blue-two/");
    expect(reaches(policy, "ssm:GetParameters", other)).toBe(false);
  });

  test("parameters are written by the control plane only", () => {
    for (const [role, policy] of cases) {
      const writes = policy.Statement.filter(({ Action }) => Action.includes("ssm:PutParameter"));
      const expected = role.includes("control plane") ? [[parameter("/pki/settled")], [parameter(join)]] : [];
      expect(writes.map(({ Resource }) => Resource)).toEqual(expected);
    }
  });
});

test("a control plane sets the health of workers only", () => {
  const policy = controlPlanePolicy(access, { replacesWorkers: true });
  const { Resource, Condition } = statement(policy, "autoscaling:SetInstanceHealth", "");
  expect(Resource).toEqual([
    `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/blue-worker-*`,
  ]);
  expect(Condition).toEqual({
    StringEquals: { "aws:ResourceTag/holdfast:cluster": "blue", "aws:ResourceTag/holdfast:role": "worker" },
  });
  expect(actions(controlPlanePolicy(access))).not.toContain("autoscaling:SetInstanceHealth");
});

describe("an instance role", () => {
  test.each([
    ["eu-central-1", "ec2.amazonaws.com"],
    ["us-gov-west-1", "ec2.amazonaws.com"],
    ["cn-north-1", "ec2.amazonaws.com.cn"],
  ])("in %s is assumed by %s only", (where, service) => {
    expect(instanceTrustPolicy(where)).toMatchObject({ Statement: [{ Principal: { Service: service } }] });
  });

  test("has ARNs of the region's partition", () => {
    const gov = etcdPolicy({ ...access, region: "us-gov-west-1" }, etcd);
    const own = gov.Statement.flatMap(({ Resource }) => Resource).filter(
      (one) => !one.includes("blue-") && !one.includes(":key/"),
    );
    for (const resource of own) expect(resource).toMatch(/^(\*|arn:aws-us-gov:.*)$/);
  });
});
