/**
 * Minimal Pulumi program: loads the SDK and registers empty resources on Pulumi's mocks.
 * `node bench/sdkFloor.cjs <resources> <components> [lean]`; lean captures no stack traces, like a plan.
 */
const pulumi = require("@pulumi/pulumi");
require("@pulumi/tls");
const modules = "autoscaling cloudwatch ebs ec2 iam kms lb route53 s3 sns sqs ssm vpc".split(" ");
for (const module of modules) require(`@pulumi/aws/${module}`);
const { Vpc } = require("@pulumi/aws/ec2");

async function main([resources, components, lean]) {
  if (lean !== undefined) Object.assign(Error, { stackTraceLimit: 0, prepareStackTrace: String });
  await pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
  await pulumi.runtime.runInPulumiStack(async () => {
    for (let index = 0; index < Number(components); index += 1) {
      new pulumi.ComponentResource("bench:index:Bare", `component-${index}`);
    }
    for (let index = 0; index < Number(resources); index += 1) new Vpc(`resource-${index}`);
  });
  await pulumi.runtime.disconnect();
}

main(process.argv.slice(2));
