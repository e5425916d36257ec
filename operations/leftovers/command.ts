/** `holdfast leftovers`: lists AWS resources that controllers of a cluster created, before its stack is destroyed. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";

import { printJson, printLines } from "../../cli/program";
import { insideRehearsal, rerunInsideRehearsal } from "../rehearsal";
import { readClusterSpec } from "../stack";
import { selectLeftovers } from "./leftover";
import { formatLeftovers } from "./report";
import { listResources, resolveOwner } from "./resources";

interface LeftoversOptions {
  readonly rehearsal?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Exit code 1 if there are leftovers. */
export async function runLeftovers(stack: string, { rehearsal, json }: LeftoversOptions): Promise<number> {
  const spec = readClusterSpec(stack);
  if (rehearsal !== undefined && !insideRehearsal) return rerunInsideRehearsal(rehearsal);
  const { region } = spec;
  const clients = {
    ec2: new EC2Client({ region }),
    elb: new ElasticLoadBalancingClient({ region }),
    elbv2: new ElasticLoadBalancingV2Client({ region }),
  };
  const owner = await resolveOwner(spec, clients);
  const leftovers = selectLeftovers(owner, await listResources(owner, clients));
  if (json === true) printJson(leftovers);
  else printLines(formatLeftovers(owner, leftovers));
  return leftovers.length === 0 ? 0 : 1;
}
