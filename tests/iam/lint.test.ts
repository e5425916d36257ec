/** Every policy document of every stack follows AWS's service authorization reference, and every permission has a purpose. */
import { purposeOf } from "../../components/aws/statementPurposes.plan";
import { planStack } from "../../plan/planStack";
import { maximalSettings } from "../maximalSettings";
import { allowedOnAll, lintDocument, referenceAdditions } from "./lint";
import {
  type PolicyDocument,
  policyDocuments,
  type PolicyKind,
  type PolicyStatement,
} from "../../plan/policyDocuments";

const stacks: readonly [string, string, object | undefined][] = [
  ["dev", "dev", undefined],
  ["staging", "staging", undefined],
  ["prod", "prod", undefined],
  ["prod with every feature", "prod", maximalSettings],
];

test.each(stacks)("policies of %s", async (_title, stack, overrides) => {
  const { resources } = await planStack(stack, { overrides });
  const documents = policyDocuments(resources);
  expect(new Set(documents.map(({ kind }) => kind))).toEqual(new Set(["identity", "trust", "resource"]));
  expect((await Promise.all(documents.map(lintDocument))).flat()).toEqual([]);
  const allows = documents.flatMap((one) => one.statements).filter(({ Effect }) => Effect === "Allow");
  expect(allows.length).toBeGreaterThan(80);
  expect(allows.filter(({ Sid = "" }) => purposeOf(Sid) === undefined)).toEqual([]);
});

const document = (kind: PolicyKind, ...statements: Partial<PolicyStatement>[]): PolicyDocument => ({
  name: "role.policy",
  type: "aws:iam/rolePolicy:RolePolicy",
  kind,
  statements: statements.map((statement) => ({ Sid: "S", Effect: "Allow", Action: [], ...statement })),
});

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:123456789012:${resource}`;
const volume = arn("ec2", "volume/*");
const instance = arn("ec2", "instance/*");
const attach = { Action: ["ec2:AttachVolume"], Resource: [volume, instance] };
const start = "role.policy, statement S:";

test.each<[string, PolicyDocument, string[]]>([
  [
    "an action that does not exist",
    document("identity", { Action: "ec2:AttachVolumes", Resource: [volume] }),
    [`${start} action ec2:AttachVolumes does not exist`],
  ],
  [
    "a pattern without an action",
    document("identity", { Action: "kms:Decypt*", Resource: "*" }),
    [`${start} action kms:Decypt* does not exist`],
  ],
  [
    "a resource type that the action does not support",
    document("identity", { Action: "s3:PutObject", Resource: "arn:aws:s3:::backups" }),
    [expect.stringContaining(`${start} s3:PutObject is not authorized on arn:aws:s3:::backups, but on arn:`)],
  ],
  [
    "a snapshot with an account",
    document("identity", { Action: "ec2:DeleteSnapshot", Resource: arn("ec2", "snapshot/*") }),
    [
      expect.stringContaining("ec2:DeleteSnapshot is not authorized on"),
      expect.stringContaining("is also authorized on snapshot"),
    ],
  ],
  [
    "a resource of another action",
    document("identity", { Action: attach.Action, Resource: [volume, instance, arn("ec2", "vpc/*")] }),
    [`${start} no action is authorized on ${arn("ec2", "vpc/*")}`],
  ],
  [
    "one end of an attachment",
    document("identity", { Action: attach.Action, Resource: [volume] }),
    [
      "role.policy: ec2:AttachVolume is also authorized on instance " +
        "(arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}); no statement has it",
    ],
  ],
  [
    "all resources although the action supports some",
    document("identity", { Action: "sqs:ReceiveMessage", Resource: "*" }),
    [`${start} sqs:ReceiveMessage supports resources (queue); name them`],
  ],
  [
    "a resource although the action supports none",
    document("identity", { Action: "ec2:DescribeInstances", Resource: [instance] }),
    [`${start} ec2:DescribeInstances supports no resources; use "*"`],
  ],
  ["no resource", document("identity", { Action: "ec2:DescribeInstances" }), [`${start} Resource is missing`]],
  [
    "a condition key that does not exist",
    document("identity", { ...attach, Condition: { StringEquals: { "ec2:VolumeTag/a": "b" } } }),
    [`${start} condition key ec2:VolumeTag/a does not exist`],
  ],
  [
    "a condition key of another action",
    document("identity", { ...attach, Condition: { StringEquals: { "ec2:CreateAction": "CreateVolume" } } }),
    [`${start} ec2:AttachVolume does not have condition key ec2:CreateAction`],
  ],
  [
    "a tag of the request where only the resource has tags",
    document("identity", { ...attach, Condition: { StringEquals: { "aws:RequestTag/a": "b" } } }),
    [`${start} ec2:AttachVolume does not have condition key aws:RequestTag/a`],
  ],
  [
    "an operator for another type",
    document("identity", { ...attach, Condition: { StringEquals: { "aws:SecureTransport": "true" } } }),
    [`${start} StringEquals does not fit aws:SecureTransport, which is Bool`],
  ],
  [
    "a single-valued operator for several values",
    document("identity", {
      Action: "ec2:CreateVolume",
      Resource: [volume],
      Condition: { StringEquals: { "aws:TagKeys": ["a"] } },
    }),
    [`${start} StringEquals does not fit aws:TagKeys, which is ArrayOfString`],
  ],
  [
    "ForAllValues without a check for an absent key",
    document("identity", {
      Action: "ec2:CreateVolume",
      Resource: [volume],
      Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["a"] } },
    }),
    [expect.stringContaining("ForAllValues is true for a request without the key")],
  ],
  [
    "a claim of another issuer",
    document("trust", {
      Action: "sts:AssumeRoleWithWebIdentity",
      Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/one.example.com" },
      Condition: { StringEquals: { "one.example.com:sub": "a", "two.example.com:sub": "a" } },
    }),
    [`${start} condition key two.example.com:sub does not exist`],
  ],
  [
    "a condition key of another service in the policy of a resource",
    document("resource", {
      Action: "sqs:SendMessage",
      Resource: arn("sqs", "queue"),
      Condition: { StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } },
    }),
    [`${start} sqs:SendMessage does not have condition key kms:ViaService`],
  ],
  [
    "an action without resources in the policy of a resource",
    document("resource", { Action: "kms:ListAliases", Resource: "*" }),
    [`${start} kms:ListAliases supports no resources; the policy of a resource cannot allow it`],
  ],
  ["a statement without actions", document("identity", { Action: [], Resource: "*" }), [`${start} Action is missing`]],
])("reports %s", async (_fault, faulty, problems) => {
  expect(await lintDocument(faulty)).toEqual(problems);
});

test("accepts a statement without faults", async () => {
  const Condition = { StringEquals: { "aws:ResourceTag/a": "b" } };
  expect(await lintDocument(document("identity", { ...attach, Condition }))).toEqual([]);
});

test("every exception is in use", async () => {
  const { resources } = await planStack("prod", { overrides: maximalSettings });
  const statements = policyDocuments(resources).flatMap((one) => one.statements);
  const onAll = statements.filter(({ Resource }) => Resource?.includes("*")).flatMap(({ Action }) => Action);
  for (const action of Object.keys(allowedOnAll)) expect(onAll).toContain(action);
  const actions = statements.flatMap(({ Action }) => Action);
  for (const action of Object.keys(referenceAdditions)) expect(actions).toContain(action);
});
