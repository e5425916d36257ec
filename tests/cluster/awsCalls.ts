/** AWS calls of the control plane in a booted cluster, and the actions that its policies in the plan allow. */
import { readFileSync } from "node:fs";
import type { CallRecord } from "../../rehearsal/aws/api/awsApi";
import type { RehearsedCluster } from "../../rehearsal/drills/rehearsedCluster";
import type { Plan } from "../../plan/planStack";

const services = ["ec2", "elasticloadbalancing"];

/** EC2 and load balancing actions that control-plane machines have called. */
export function calledActions({ controlPlaneMachines, client }: RehearsedCluster): ReadonlySet<string> {
  const members = controlPlaneMachines.map(({ address }) => address);
  const lines = readFileSync(client.paths.awsLog, "utf8").trim().split("\n");
  return new Set(
    lines
      .map((line) => JSON.parse(line) as CallRecord)
      .filter(({ from, service }) => members.includes(from) && services.includes(service))
      .map(({ service, action }) => `${service}:${action}`),
  );
}

/** Actions in the policies of control-plane machines. */
export function allowedActions({ resources }: Plan): ReadonlySet<string> {
  const documents = resources
    .filter(
      ({ type, name }) => /^aws:iam\/(policy:Policy|rolePolicy:RolePolicy)$/.test(type) && /control-?plane/i.test(name),
    )
    .map(({ inputs }) => JSON.parse(String(inputs.policy)) as { Statement: { Action: string[] }[] });
  return new Set(documents.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action)));
}
