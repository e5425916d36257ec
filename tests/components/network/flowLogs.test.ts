import { awsAccount } from "../../../components/aws/account";
import { FlowLogs } from "../../../components/network/flowLogs";
import { account, deploy, region } from "../../mocks";

function deployFlowLogs() {
  return deploy(() => {
    new FlowLogs("blue-flow-logs", {
      cluster: "blue",
      account: awsAccount(region, {}),
      vpcId: "vpc-1",
      retentionDays: 90,
      protect: true,
    });
  });
}

describe("flow logs", () => {
  test("go to an encrypted group with a retention, by a role that can do only that", async () => {
    const { get } = await deployFlowLogs();
    const groupArn = `arn:aws:logs:${region}:${account}:log-group:/holdfast/blue/flow-logs`;
    expect(get("blue-flow-logs", "LogGroup")).toMatchObject({
      inputs: {
        name: "/holdfast/blue/flow-logs",
        kmsKeyId: `arn:aws:kms:${region}:${account}:blue-flow-logs-key`,
        retentionInDays: 90,
      },
      options: { protect: true, retainOnDelete: true },
    });
    expect(get("blue-flow-logs", "FlowLog")).toMatchObject({
      inputs: {
        vpcId: "vpc-1",
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        maxAggregationInterval: 60,
      },
      options: { dependsOn: ["blue-flow-logs-writer"] },
    });
    expect(JSON.parse(get("blue-flow-logs-writer", "RolePolicy").inputs["policy"] as string)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "WriteOwnLogGroup",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          Resource: [groupArn, `${groupArn}:log-stream:*`],
        },
      ],
    });
    const trust = JSON.parse(get("blue-flow-logs-writer", "Role").inputs["assumeRolePolicy"] as string) as object;
    expect(trust).toMatchObject({
      Statement: [
        {
          Principal: { Service: "vpc-flow-logs.amazonaws.com" },
          Condition: { StringEquals: { "aws:SourceAccount": account } },
        },
      ],
    });
  });

  test("have a rotated key that only CloudWatch Logs uses, and only for them", async () => {
    const { get } = await deployFlowLogs();
    const key = get("blue-flow-logs-key", "Key");
    expect(key).toMatchObject({
      inputs: { enableKeyRotation: true, deletionWindowInDays: 30 },
      options: { protect: true, retainOnDelete: true },
    });
    expect(get("blue-flow-logs-key-alias").inputs["name"]).toBe("alias/holdfast-blue-logs");
    const policy = JSON.parse(key.inputs["policy"] as string) as { Statement: Record<string, unknown>[] };
    expect(policy.Statement.map(({ Sid }) => Sid)).toEqual(["AdministerByAccount", "UseByCloudWatchLogs"]);
    expect(policy.Statement[0]?.["Principal"]).toEqual({ AWS: `arn:aws:iam::${account}:root` });
    expect(policy.Statement[0]?.["Action"]).not.toContainEqual(
      expect.stringMatching(/Encrypt|Decrypt|DataKey|CreateGrant|\*/),
    );
    expect(policy.Statement[1]).toMatchObject({
      Principal: { Service: `logs.${region}.amazonaws.com` },
      Condition: {
        ArnEquals: {
          "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:${account}:log-group:/holdfast/blue/flow-logs`,
        },
      },
    });
  });
});
