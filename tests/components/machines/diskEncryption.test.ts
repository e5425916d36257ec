import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { DiskEncryption } from "../../../components/machines/diskEncryption";
import { account, deploy, region } from "../../mocks";

interface Statement {
  readonly Sid: string;
  readonly Principal: { readonly AWS: string };
  readonly Condition?: unknown;
}

async function deployDisks(protect = true) {
  const { get, outputs } = await deploy(() => {
    const awsAccount = fetchAwsAccount(region, {});
    return { role: new DiskEncryption("blue-disks", { cluster: "blue", awsAccount, protect }).autoScalingRoleArn };
  });
  const key = get("blue-disks-key", "Key");
  const { Statement: statements } = JSON.parse(key.inputs["policy"] as string) as { Statement: Statement[] };
  return { ...outputs, key, statements, statement: (sid: string) => statements.find(({ Sid }) => Sid === sid) };
}

const forAwsServices = { Bool: { "kms:GrantIsForAWSResource": "true" } };

test("the cluster's Auto Scaling role launches instances with encrypted disks", async () => {
  const { role, statement } = await deployDisks();
  expect(statement("UseByAutoScaling")?.Principal.AWS).toBe(role);
  expect(statement("GrantByAutoScaling")).toMatchObject({ Principal: { AWS: role }, Condition: forAwsServices });
});

test("the account uses the key through EC2 only", async () => {
  const { statement } = await deployDisks();
  const throughEc2 = { "kms:ViaService": `ec2.${region}.amazonaws.com` };
  expect(statement("UseThroughEC2")?.Condition).toEqual({
    StringEquals: { ...throughEc2, "kms:CallerAccount": account },
  });
  expect(statement("GrantByAccount")?.Condition).toEqual({ ...forAwsServices, StringEquals: throughEc2 });
});

test("all principals of the key policy belong to the account", async () => {
  const { statements } = await deployDisks();
  for (const { Sid, Principal } of statements) {
    expect([Sid, Principal.AWS]).toEqual([Sid, expect.stringContaining(account)]);
    expect(Principal.AWS).not.toContain("*");
  }
});

test.each([true, false])("protect: %s keeps the key of retained volumes, or deletes it", async (protect) => {
  const { key } = await deployDisks(protect);
  expect(key.options).toMatchObject({ protect, retainOnDelete: protect });
});
