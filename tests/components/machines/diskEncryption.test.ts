import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { DiskEncryption } from "../../../components/machines/diskEncryption";
import { account, deploy, region } from "../../mocks";

const launcher = `arn:aws:iam:${region}:${account}:blue-disks-launcher`;

interface Statement {
  readonly Sid: string;
  readonly Principal: unknown;
  readonly Action: string | string[];
  readonly Condition?: unknown;
}

async function deployDisks(protect: boolean) {
  const { get, outputs } = await deploy(() => {
    const disks = new DiskEncryption("blue-disks", {
      cluster: "blue",
      awsAccount: fetchAwsAccount(region, {}),
      protect,
    });
    return { keyArn: disks.keyArn, role: disks.autoScalingRoleArn };
  });
  const key = get("blue-disks-key", "Key");
  const { Statement } = JSON.parse(key.inputs["policy"] as string) as { Statement: Statement[] };
  return {
    get,
    outputs,
    key,
    statement: (sid: string) => Statement.find(({ Sid }) => Sid === sid),
    statements: Statement,
  };
}

describe("disk encryption", () => {
  test("the cluster's Auto Scaling role launches instances with encrypted disks", async () => {
    const { get, outputs, statement } = await deployDisks(true);
    expect(get("blue-disks-launcher").inputs).toMatchObject({
      awsServiceName: "autoscaling.amazonaws.com",
      customSuffix: `blue-${region}`,
    });
    expect(outputs.role).toBe(launcher);
    expect(statement("UseByAutoScaling")).toMatchObject({ Principal: { AWS: launcher } });
    expect(statement("GrantByAutoScaling")).toEqual({
      Sid: "GrantByAutoScaling",
      Effect: "Allow",
      Principal: { AWS: launcher },
      Action: "kms:CreateGrant",
      Resource: "*",
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    });
  });

  test("the account uses the key through EC2 only", async () => {
    const { statement } = await deployDisks(true);
    const throughEc2 = { "kms:ViaService": `ec2.${region}.amazonaws.com` };
    expect(statement("UseThroughEC2")?.Condition).toEqual({
      StringEquals: { ...throughEc2, "kms:CallerAccount": account },
    });
    expect(statement("GrantByAccount")?.Condition).toEqual({
      Bool: { "kms:GrantIsForAWSResource": "true" },
      StringEquals: throughEc2,
    });
  });

  test("all principals of the key policy belong to the account", async () => {
    const { statements } = await deployDisks(true);
    for (const { Sid, Principal } of statements) {
      expect([Sid, JSON.stringify(Principal).includes(account)]).toEqual([Sid, true]);
      expect(JSON.stringify(Principal)).not.toContain("*");
    }
  });

  test.each([true, false])("protect: %s keeps the key of retained volumes, or deletes it", async (protect) => {
    const { key } = await deployDisks(protect);
    expect(key.options).toMatchObject({ protect, retainOnDelete: protect });
  });
});
