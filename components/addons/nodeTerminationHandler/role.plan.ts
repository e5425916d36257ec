import type { IamScope, Statement } from "../shared/iamStatements.plan";
import { allowOnWorkerGroups, allowReads } from "../shared/iamStatements.plan";

/** IAM policy of the handler: receive events, describe instances, complete the drain hook of the cluster's workers. */
export function terminationHandlerStatements<Arn>(scope: IamScope<Arn>, queueArn: Arn): readonly Statement<Arn>[] {
  return [
    {
      Sid: "ReceiveTerminationEvents",
      Effect: "Allow",
      Action: ["sqs:DeleteMessage", "sqs:ReceiveMessage"],
      Resource: [queueArn],
    },
    allowReads("DescribeInstances", scope, ["ec2:DescribeInstances"]),
    allowOnWorkerGroups("CompleteDrainHook", scope, ["autoscaling:CompleteLifecycleAction"]),
  ];
}
