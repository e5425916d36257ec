import type { Request } from "./resourceType";

/** Reports that a request violates the rule. */
export type Violated = (property: string, message: string) => void;

/** Requirement of AWS between settings of a resource, or between resources. docs/aws-rules.md lists all rules. */
export interface Rule<Args> {
  /** Unique name, in words and hyphens. */
  readonly id: string;
  /** The requirement in one sentence of Markdown. */
  readonly sentence: string;
  /** Address of the AWS page that states it. */
  readonly source: string;
  /** Error code with which AWS refuses the request; undefined if AWS accepts it, and the resource does not work. */
  readonly code: string | undefined;
  check(request: Request<Args>, violated: Violated): void;
}

/** Code of refusals of what AWS accepts although it does not work. */
export const ineffectiveCode = "AcceptedButIneffective";

/** Sources that several rules share. */
export const guides = {
  autoScalingApi: "https://docs.aws.amazon.com/autoscaling/ec2/APIReference",
  autoScaling: "https://docs.aws.amazon.com/autoscaling/ec2/userguide",
  cloudWatchApi: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference",
  ebs: "https://docs.aws.amazon.com/ebs/latest/userguide",
  ec2Api: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference",
  ecr: "https://docs.aws.amazon.com/AmazonECR/latest/userguide",
  ecrApi: "https://docs.aws.amazon.com/AmazonECR/latest/APIReference",
  elbApi: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference",
  elbNetwork: "https://docs.aws.amazon.com/elasticloadbalancing/latest/network",
  eventBridge: "https://docs.aws.amazon.com/eventbridge/latest",
  scheduler: "https://docs.aws.amazon.com/scheduler/latest",
  iam: "https://docs.aws.amazon.com/IAM/latest",
  kmsApi: "https://docs.aws.amazon.com/kms/latest/APIReference",
  route53Api: "https://docs.aws.amazon.com/Route53/latest/APIReference",
  s3: "https://docs.aws.amazon.com/AmazonS3/latest",
  sqs: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest",
  ssmApi: "https://docs.aws.amazon.com/systems-manager/latest/APIReference",
  vpc: "https://docs.aws.amazon.com/vpc/latest",
} as const;
