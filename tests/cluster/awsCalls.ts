/** What the control plane of a booted cluster has asked of AWS, and what its policies in the plan allow. */
import { readFileSync } from "node:fs";
import type { CallRecord } from "../../rehearsal/aws/api/awsApi";
import type { RehearsedCluster } from "../../rehearsal/drills/rehearsedCluster";
import type { Plan } from "../../plan/planStack";

const services = ["ec2", "elasticloadbalancing"];

/** Actions of EC2 and of load balancing that machines of the control plane have called. */
export function calledActions({ status, client }: RehearsedCluster): ReadonlySet<string> {
  const members = status.machines
    .filter(({ group }) => group.includes("-control-plane-"))
    .map(({ address }) => address);
  const lines = readFileSync(client.paths.awsLog, "utf8").trim().split("\n");
  return new Set(
    lines
      .map((line) => JSON.parse(line) as CallRecord)
      .filter(({ from, service }) => members.includes(from) && services.includes(service))
      .map(({ service, action }) => `${service}:${action}`),
  );
}

/** Actions that any policy of the control plane's machines names. */
export function allowedActions({ resources }: Plan): ReadonlySet<string> {
  const documents = resources
    .filter(
      ({ type, name }) => /^aws:iam\/(policy:Policy|rolePolicy:RolePolicy)$/.test(type) && /control-?plane/i.test(name),
    )
    .map(({ inputs }) => JSON.parse(String(inputs.policy)) as { Statement: { Action: string[] }[] });
  return new Set(documents.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action)));
}
