import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { FlowLogs } from "../../../components/network/flowLogs";
import { account, deploy, region } from "../../mocks";

const groupArn = `arn:aws:logs:${region}:${account}:log-group:/holdfast/blue/flow-logs`;

function deployFlowLogs() {
  return deploy(() => {
    new FlowLogs("blue-flow-logs", {
      cluster: "blue",
      awsAccount: fetchAwsAccount(region, {}),
      vpcId: "vpc-1",
      retentionDays: 90,
      protect: true,
    });
  });
}

test("flow logs go to a retained, encrypted log group, through a role that writes to this group only", async () => {
  const { get } = await deployFlowLogs();
  expect(get("blue-flow-logs", "LogGroup")).toMatchObject({
    inputs: { kmsKeyId: `arn:aws:kms:${region}:${account}:blue-flow-logs-key`, retentionInDays: 90 },
    options: { protect: true, retainOnDelete: true },
  });
  // Flow logs without permission fail silently.
  expect(get("blue-flow-logs", "FlowLog").options.dependsOn).toEqual(["blue-flow-logs-writer"]);
  const { Statement } = JSON.parse(get("blue-flow-logs-writer", "RolePolicy").inputs["policy"] as string) as {
    Statement: { Resource: string[] }[];
  };
  const [write, find] = Statement;
  expect(write?.Resource).toEqual([groupArn, `${groupArn}:log-stream:*`]);
  expect(find).toMatchObject({ Action: ["logs:DescribeLogGroups"], Resource: ["*"] });
  expect(JSON.parse(get("blue-flow-logs-writer", "Role").inputs["assumeRolePolicy"] as string)).toMatchObject({
    Statement: [
      {
        Principal: { Service: "vpc-flow-logs.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
    ],
  });
});

test("only CloudWatch Logs uses the key, for this log group; administrators cannot encrypt or decrypt", async () => {
  const { get } = await deployFlowLogs();
  const key = get("blue-flow-logs-key", "Key");
  expect(key).toMatchObject({ inputs: { enableKeyRotation: true }, options: { protect: true, retainOnDelete: true } });
  const { Statement } = JSON.parse(key.inputs["policy"] as string) as { Statement: Record<string, unknown>[] };
  const [administer, use, ...others] = Statement;
  expect(others).toEqual([]);
  expect(administer?.["Principal"]).toEqual({ AWS: `arn:aws:iam::${account}:root` });
  expect(administer?.["Action"]).not.toContainEqual(expect.stringMatching(/Encrypt|Decrypt|DataKey|CreateGrant|\*/));
  expect(use).toMatchObject({
    Principal: { Service: `logs.${region}.amazonaws.com` },
    Condition: { StringEquals: { "kms:EncryptionContext:aws:logs:arn": groupArn } },
  });
});
