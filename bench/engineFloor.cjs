/**
 * Pulumi program of `bench:engine`: loads the parts of the SDKs that the cluster uses, and registers bare resources and empty
 * components, as many as its environment says.
 */
const pulumi = require("@pulumi/pulumi");
require("@pulumi/tls");
const modules = "autoscaling cloudwatch ebs ec2 iam kms lb route53 s3 sns sqs ssm vpc".split(" ");
for (const module of modules) require(`@pulumi/aws/${module}`);
const { Topic } = require("@pulumi/aws/sns");

const { BENCH_COMPONENTS, BENCH_RESOURCES } = process.env;
for (let index = 0; index < Number(BENCH_COMPONENTS); index += 1) {
  new pulumi.ComponentResource("bench:index:Bare", `component-${index}`);
}
for (let index = 0; index < Number(BENCH_RESOURCES); index += 1) new Topic(`resource-${index}`);
