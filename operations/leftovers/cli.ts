/** `npm run leftovers`: lists AWS resources that controllers of a cluster created, before its stack is destroyed. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";

import { type Arguments, type Options, parseStackArgument, printLines, runProgram } from "../../cli/program";
import { insideRehearsal, rerunInsideRehearsal } from "../rehearsal";
import { readClusterSpec } from "../stack";
import { selectLeftovers } from "./leftover";
import { formatLeftovers } from "./report";
import { listResources, resolveOwner } from "./resources";

const usage = `npm run leftovers -- <stack> [options]

  Lists load balancers with their security groups and target groups, volumes and snapshots that controllers of the cluster
  created outside of Pulumi, and the command that deletes each. Changes nothing. Exit code 1 if there are any.
  Run it before pulumi destroy: the VPC cannot be deleted while it has load balancers.

  --rehearsal <id>  use a running rehearsal
  --json            print JSON
`;

const options = { json: { type: "boolean", default: false }, rehearsal: { type: "string" } } satisfies Options;

async function main({ values, positionals }: Arguments<typeof options>): Promise<number> {
  const spec = readClusterSpec(parseStackArgument(positionals));
  if (values.rehearsal !== undefined && !insideRehearsal) return rerunInsideRehearsal(values.rehearsal, __filename);
  const { region } = spec;
  const clients = {
    ec2: new EC2Client({ region }),
    elb: new ElasticLoadBalancingClient({ region }),
    elbv2: new ElasticLoadBalancingV2Client({ region }),
  };
  const owner = await resolveOwner(spec, clients);
  const leftovers = selectLeftovers(owner, await listResources(owner, clients));
  printLines(values.json ? [JSON.stringify(leftovers, undefined, 2)] : formatLeftovers(owner, leftovers));
  return leftovers.length === 0 ? 0 : 1;
}

runProgram({ usage, options }, main);
