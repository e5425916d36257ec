/** `npm run leftovers`: what controllers inside a cluster have made on AWS, to be looked at before the stack is destroyed. */

import { parseArgs } from "node:util";

import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";

import { specOf } from "../stack";
import { inventory, ownerOf } from "./inventory";
import { leftoversOf } from "./leftover";
import { leftoversReport } from "./report";

const usage = `npm run leftovers -- <stack> [--json]

  Load balancers, their security groups and target groups, volumes and snapshots that controllers of the cluster have made,
  and that Pulumi knows nothing of. Only looks; says how each of them goes. Exit code 1 when there is any.
  Run it before pulumi destroy: load balancers hold the network.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: "boolean", short: "h" }, json: { type: "boolean", default: false } },
});

// The engines in package.json say which Node.js this takes; an operator has other worries.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

async function main(): Promise<number> {
  const [stack, ...rest] = positionals;
  if (values.help === true || stack === undefined || rest.length > 0) {
    (values.help === true ? process.stdout : process.stderr).write(usage);
    return values.help === true ? 0 : 2;
  }
  const spec = specOf(stack);
  const { region } = spec;
  const clients = {
    ec2: new EC2Client({ region }),
    elb: new ElasticLoadBalancingClient({ region }),
    elbv2: new ElasticLoadBalancingV2Client({ region }),
  };
  const owner = await ownerOf(spec, clients);
  const left = leftoversOf(owner, await inventory(owner, clients));
  const text = values.json ? JSON.stringify(left, undefined, 2) : leftoversReport(owner, left).join("\n");
  process.stdout.write(`${text}\n`);
  return left.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
