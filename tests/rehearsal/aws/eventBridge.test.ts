import { EventBridge, shuttingDown, spotInterruption } from "../../../rehearsal/aws/eventBridge";

test("sends events to EventBridge and reports failures", async () => {
  const sent: unknown[] = [];
  const problems: string[] = [];
  const report = (problem: string): void => void problems.push(problem);
  const call = (...args: unknown[]): Promise<Record<string, unknown>> => Promise.resolve({ sent: sent.push(args) });
  new EventBridge(call, report).send(spotInterruption("i-1"));
  const Detail = JSON.stringify({ "instance-id": "i-1", "instance-action": "terminate" });
  const entry = { Source: "aws.ec2", DetailType: "EC2 Spot Instance Interruption Warning", Detail };
  expect(sent).toEqual([["events", "AWSEvents.PutEvents", { Entries: [entry] }]]);
  new EventBridge(() => Promise.reject(new Error("no bus")), report).send(shuttingDown("i-1"));
  await Promise.resolve();
  await Promise.resolve();
  expect(problems).toEqual(["event EC2 Instance State-change Notification: no bus"]);
});
