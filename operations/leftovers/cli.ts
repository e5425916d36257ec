/** `npm run leftovers`: what controllers inside a cluster have made on AWS, to be looked at before the stack is destroyed. */

import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";

import { parseStackArgument, runProgram, printLines } from "../../cli/program";
import type { Arguments, Options } from "../../cli/program";
import { rerunInsideRehearsal, insideRehearsal } from "../rehearsal";
import { readClusterSpec } from "../stack";
import { listResources, resolveOwner } from "./resources";
import { selectLeftovers } from "./leftover";
import { formatLeftovers } from "./report";

const usage = `npm run leftovers -- <stack> [options]

  Load balancers, their security groups and target groups, volumes and snapshots that controllers of the cluster have made,
  and that Pulumi knows nothing of. Only looks; says how each of them goes. Exit code 1 when there is any.
  Run it before pulumi destroy: load balancers hold the network.

  --rehearsal <id>  of a running rehearsal
  --json            for programs
`;

const options = { json: { type: "boolean", default: false }, rehearsal: { type: "string" } } satisfies Options;

async function main({ values, positionals }: Arguments<typeof options>): Promise<number> {
  const spec = readClusterSpec(parseStackArgument(positionals));
  if (values.rehearsal !== undefined && !insideRehearsal) {
    const { RehearsalClient } = await import("../../rehearsal/supervisor/client.js");
    return rerunInsideRehearsal(RehearsalClient.of(values.rehearsal), __filename, { arguments: [] });
  }
  const { region } = spec;
  const clients = {
    ec2: new EC2Client({ region }),
    elb: new ElasticLoadBalancingClient({ region }),
    elbv2: new ElasticLoadBalancingV2Client({ region }),
  };
  const owner = await resolveOwner(spec, clients);
  const left = selectLeftovers(owner, await listResources(owner, clients));
  printLines(values.json ? [JSON.stringify(left, undefined, 2)] : formatLeftovers(owner, left));
  return left.length === 0 ? 0 : 1;
}

runProgram({ usage, options }, main);
