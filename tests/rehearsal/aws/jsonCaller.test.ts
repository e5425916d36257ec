import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { jsonCaller } from "../../../rehearsal/aws/awsClients";

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
