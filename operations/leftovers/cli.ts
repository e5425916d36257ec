/** `npm run leftovers`: what controllers inside a cluster have made on AWS, to be looked at before the stack is destroyed. */

import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";

import { oneStack, runProgram, tell } from "../../cli/program";
import type { Arguments, Options } from "../../cli/program";
import { runInRehearsal, withinRehearsal } from "../withinRehearsal";
import { specOf } from "../stack";
import { inventory, ownerOf } from "./inventory";
import { leftoversOf } from "./leftover";
import { leftoversReport } from "./report";

const usage = `npm run leftovers -- <stack> [options]

  Load balancers, their security groups and target groups, volumes and snapshots that controllers of the cluster have made,
  and that Pulumi knows nothing of. Only looks; says how each of them goes. Exit code 1 when there is any.
  Run it before pulumi destroy: load balancers hold the network.

  --rehearsal <id>  of a running rehearsal
  --json            for programs
`;

const options = { json: { type: "boolean", default: false }, rehearsal: { type: "string" } } satisfies Options;

async function main({ values, positionals }: Arguments<typeof options>): Promise<number> {
  const spec = specOf(oneStack(positionals));
  if (values.rehearsal !== undefined && !withinRehearsal) {
    const { RehearsalClient } = await import("../../rehearsal/supervisor/client.js");
    return runInRehearsal(RehearsalClient.of(values.rehearsal), __filename, { arguments: [] });
  }
  const { region } = spec;
  const clients = {
    ec2: new EC2Client({ region }),
    elb: new ElasticLoadBalancingClient({ region }),
    elbv2: new ElasticLoadBalancingV2Client({ region }),
  };
  const owner = await ownerOf(spec, clients);
  const left = leftoversOf(owner, await inventory(owner, clients));
  tell(values.json ? [JSON.stringify(left, undefined, 2)] : leftoversReport(owner, left));
  return left.length === 0 ? 0 : 1;
}

runProgram({ usage, options }, main);
