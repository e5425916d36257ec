/**
 * What no plan can do without: loads the SDK as any program does and registers bare resources on Pulumi's own mocks.
 * `node bench/sdkFloor.cjs <custom resources> <components> [lean]`; lean takes no stack traces, as a plan does.
 */
const pulumi = require("@pulumi/pulumi");
require("@pulumi/tls");
const used = [
  "autoscaling",
  "cloudwatch",
  "ebs",
  "ec2",
  "iam",
  "kms",
  "lb",
  "route53",
  "s3",
  "sns",
  "sqs",
  "ssm",
  "vpc",
];
for (const module of used) require(`@pulumi/aws/${module}`);
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
