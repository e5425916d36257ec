/** Machines to examine, and their facts through SSM Run Command: machines accept no SSH, and machines of etcd are no nodes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { GetCommandInvocationCommand, SendCommandCommand, type SSMClient } from "@aws-sdk/client-ssm";

import type { ClusterSpec } from "../../components/clusterSpec";
import { fetchGroups } from "../validate/awsFacts";
import type { GroupFact, NodeFact } from "../validate/facts";
import { tryFetch } from "../validate/result";
import { type ExaminedMachine, type MachineFacts, type MachineResult, parseMachineFacts } from "./facts";

/** Prints the facts of the machine that runs it. */
export const machineScript = readFileSync(join(__dirname, "machineFacts.sh"), "utf8");

/** Workers of each pool to examine: all machines of a pool boot from the same user data. */
const workersOfPool = 3;

/**
 * Machines in service: all members, and some workers of each pool.
 * @param nodes by instance; workers that have not joined, and those with Windows, are left out.
 */
export function machinesToExamine(
  spec: Pick<ClusterSpec, "workers">,
  groups: readonly GroupFact[],
  nodes: readonly NodeFact[],
): readonly ExaminedMachine[] {
  const inService = (role: string): readonly string[] =>
    groups
      .filter((group) => group.role === role)
      .flatMap(({ instances }) => instances.filter(({ state }) => state === "InService").map(({ id }) => id))
      .sort();
  const poolOf = new Map(nodes.map(({ name, pool }) => [name, pool]));
  const joined = inService("worker").filter((id) => poolOf.has(id));
  const pools = [...new Set(joined.map((id) => poolOf.get(id)))].filter(
    (pool) => spec.workers[pool ?? ""]?.os !== "windows",
  );
  const workers = pools.flatMap((pool) => joined.filter((id) => poolOf.get(id) === pool).slice(0, workersOfPool));
  const all = { "control-plane": inService("control-plane"), etcd: inService("etcd"), worker: workers };
  return Object.entries(all).flatMap(([role, ids]) => ids.map((id) => ({ id, role: role as keyof typeof all })));
}

/** Time limit of the script on a machine in ms; it takes a second, or 15 if no server answers it. */
const limitMs = 120_000;
const pauseMs = 500;

/** Statuses of an invocation that has not ended. */
const running = ["Pending", "InProgress", "Delayed", "Cancelling"];

/**
 * Facts of each machine.
 * @param limit of the script in ms
 */
export function fetchMachineFacts(
  ssm: SSMClient,
  machines: readonly ExaminedMachine[],
  limit = limitMs,
): Promise<readonly MachineResult[]> {
  return Promise.all(
    machines.map(async (machine) => ({ ...machine, facts: await tryFetch(() => runScript(ssm, machine.id, limit)) })),
  );
}

/**
 * One command for each machine: a command for several fails as a whole if the agent of one is not connected.
 * @throws Error if the machine does not answer, or the script fails
 */
async function runScript(ssm: SSMClient, id: string, limit: number): Promise<MachineFacts> {
  // Base64, because the agent runs commands with `sh`, which is not bash on every distribution.
  const command = `echo ${Buffer.from(machineScript).toString("base64")} | base64 -d | bash`;
  const { Command } = await ssm.send(
    new SendCommandCommand({
      DocumentName: "AWS-RunShellScript",
      InstanceIds: [id],
      Comment: "holdfast validate --cis: reads files and processes",
      Parameters: { commands: [command], executionTimeout: [String(limit / 1000)] },
      TimeoutSeconds: 30,
    }),
  );
  const deadline = Date.now() + limit;
  while (Date.now() < deadline) {
    await sleep(pauseMs);
    const found = await invocation(ssm, id, Command?.CommandId);
    if (found === undefined || running.includes(found.Status ?? "")) continue;
    if (found.Status === "Success") return parseMachineFacts(found.StandardOutputContent ?? "");
    const reason = found.StandardErrorContent?.trim() ?? "";
    throw new Error(
      `Run Command ended with ${found.StatusDetails ?? found.Status ?? "no status"}${reason && `: ${reason}`}`,
    );
  }
  throw new Error(`Run Command did not end within ${limit / 1000} s; check that the SSM agent runs`);
}

/** Undefined until SSM knows the invocation, which takes a moment after the command is sent. */
async function invocation(ssm: SSMClient, InstanceId: string, CommandId: string | undefined) {
  try {
    return await ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));
  } catch (error) {
    if ((error as Error).name === "InvocationDoesNotExist") return undefined;
    throw error;
  }
}

/** Machines in service of a cluster. */
export async function fetchMachines(
  spec: ClusterSpec,
  nodes: readonly NodeFact[],
): Promise<readonly ExaminedMachine[]> {
  return machinesToExamine(spec, await fetchGroups(spec), nodes);
}
