import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type AwsClients, jsonCaller } from "../../../../rehearsal/aws/awsClients";
import { createResources } from "../../../../rehearsal/aws/resources/createResources";
import { planned } from "./support";

const queueUrl = "http://127.0.0.1/1/c-terminations";
const queueArn = "arn:aws:sqs:eu-central-1:1:c-terminations";

test("creates a queue, its rule and its target with real ids", async () => {
  const calls: [target: string, body: unknown][] = [];
  const answers: Record<string, Record<string, unknown>> = {
    "AmazonSQS.CreateQueue": { QueueUrl: queueUrl },
    "AmazonSQS.GetQueueAttributes": { Attributes: { QueueArn: queueArn } },
    "AWSEvents.PutRule": { RuleArn: "arn:rule" },
  };
  const call = (_service: string, target: string, body: object): Promise<Record<string, unknown>> => {
    calls.push([target, body]);
    return Promise.resolve(answers[target] ?? {});
  };
  const queue = planned("aws:sqs/queue:Queue", "queue", {
    id: "https://sqs/plan/queue",
    inputs: { name: "c-terminations" },
    outputs: { arn: "arn:plan:queue" },
  });
  const rule = planned("aws:cloudwatch/eventRule:EventRule", "rule", {
    inputs: { name: "c-termination", eventPattern: '{"source":["aws.autoscaling"]}' },
  });
  const target = planned("aws:cloudwatch/eventTarget:EventTarget", "target", {
    inputs: { rule: "c-termination", targetId: "queue", arn: "arn:plan:queue" },
  });
  await createResources([queue, rule, target], {
    aws: { call } as unknown as AwsClients,
    region: "eu-central-1",
    bundle: { key: "", content: Buffer.from("") },
  });
  expect(calls).toEqual([
    ["AmazonSQS.CreateQueue", { QueueName: "c-terminations" }],
    ["AmazonSQS.GetQueueAttributes", { QueueUrl: queueUrl, AttributeNames: ["QueueArn"] }],
    ["AWSEvents.PutRule", { Name: "c-termination", EventPattern: '{"source":["aws.autoscaling"]}' }],
    ["AWSEvents.PutTargets", { Rule: "c-termination", Targets: [{ Id: "queue", Arn: queueArn }] }],
  ]);
});

test("a JSON call carries service and region in its signature, and rejects with the error message", async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push(`${String(request.headers["x-amz-target"])} ${body}`, String(request.headers.authorization));
      response.writeHead(body === "{}" ? 400 : 200).end(body === "{}" ? "no name" : '{"QueueUrl":"u"}');
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const call = jsonCaller(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, "eu-central-1");
    expect(await call("sqs", "AmazonSQS.CreateQueue", { QueueName: "q" })).toEqual({ QueueUrl: "u" });
    expect(seen[0]).toBe('AmazonSQS.CreateQueue {"QueueName":"q"}');
    expect(seen[1]).toContain("/eu-central-1/sqs/aws4_request");
    await expect(call("sqs", "AmazonSQS.CreateQueue", {})).rejects.toThrow("status 400: no name");
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
