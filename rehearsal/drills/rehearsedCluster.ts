/** Booted rehearsal, for drills and boot tests: machines, Kubernetes API, etcd. */
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify, types } from "node:util";
import { messageOf } from "../../cli/program";
import { clusterPath } from "../../components/aws/clusterPath.plan";
import type { RehearsalClient } from "../supervisor/client";
import type { MachineStatus, RehearsalStatus } from "../supervisor/status";
import { formatSeconds } from "./durations";

const run = promisify(execFile);

/** Fields of a Kubernetes object that drills and tests read. */
export interface KubernetesObject {
  metadata: { name: string };
  status: {
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    nodeInfo?: { kubeletVersion: string };
  };
}

export function isReady(object: KubernetesObject): boolean {
  return object.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Why the object is not ready, in the words of its condition. */
export function describeNotReady(object: KubernetesObject): string {
  const ready = object.status.conditions?.find(({ type }) => type === "Ready");
  return ready === undefined ? "no condition Ready" : `${ready.status}, ${ready.reason ?? ""}: ${ready.message ?? ""}`;
}

/** Waits until `holds` returns true; treats errors as false. Rejects after the timeout, with the last error. */
export async function waitUntil(what: string, timeoutMs: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      if (await holds()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(500);
  }
  // Not instanceof: under jest, errors of Node.js modules have another class.
  const reason = types.isNativeError(last) ? ` (${last.message})` : "";
  throw new Error(`timed out after ${formatSeconds(timeoutMs, 0)} waiting for ${what}${reason}`);
}

const memberGroup = /-(etcd|control-plane)-([a-e])$/;
/** Environment and libraries of the scripts on members, without their strict mode: drills test exit statuses themselves. */
const libraries = `set -a; . /etc/environment; set +a
. /opt/holdfast/current/lib/prelude.sh
set +euo pipefail; trap - ERR; etcd_client`;

/** Command for the process id of the etcd unit; `pidof etcd` would also find the etcd of a restore test. */
export const etcdProcess = "systemctl show -p MainPID --value etcd.service";

export class RehearsedCluster {
  private constructor(
    readonly client: RehearsalClient,
    public status: RehearsalStatus,
  ) {}

  static async connect(client: RehearsalClient): Promise<RehearsedCluster> {
    return new RehearsedCluster(client, await client.status());
  }

  async refresh(): Promise<RehearsalStatus> {
    this.status = await this.client.status();
    return this.status;
  }

  /** Control-plane machine of a member. */
  controlPlaneMachine(member: string): MachineStatus {
    return this.machine((group) => group.endsWith(`-control-plane-${member}`));
  }

  /** Machines of the control plane, except those that are terminating. */
  get controlPlaneMachines(): MachineStatus[] {
    return this.status.machines.filter(({ role, stage }) => role === "control-plane" && stage !== "terminating");
  }

  /** Machines of the control plane and of external etcd. */
  get memberMachines(): MachineStatus[] {
    return this.status.machines.filter(({ role }) => role !== "worker");
  }

  get workerMachines(): MachineStatus[] {
    return this.status.machines.filter(({ role }) => role === "worker");
  }

  /** Names of the etcd members: a, b, c … */
  get memberNames(): string[] {
    return Object.keys(this.etcdMachines()).sort();
  }

  /** Machine of an etcd member; during a replacement the new one. */
  etcdMachine(member: string): MachineStatus {
    const found = this.etcdMachines()[member];
    if (found === undefined) throw new Error(`member ${member} has no machine`);
    return found;
  }

  /** etcd runs on separate machines. */
  get externalEtcd(): boolean {
    return this.status.machines.some(({ role }) => role === "etcd");
  }

  private etcdMachines(): Record<string, MachineStatus> {
    return Object.fromEntries(
      this.status.machines
        .filter(({ stage }) => stage !== "terminating")
        .map((machine) => ({ machine, match: memberGroup.exec(machine.group) }))
        .filter(({ match }) => match?.[1] === (this.externalEtcd ? "etcd" : "control-plane"))
        .map(({ machine, match }) => [match?.[2] ?? "", machine]),
    );
  }

  /** Runs a script on the machine of an etcd member, with the node's libraries. @returns trimmed standard output. */
  async runOnMember(member: string, script: string): Promise<string> {
    return this.runWithLibraries(this.etcdMachine(member), script);
  }

  /** Runs a script on a member's machine, with the node's libraries. @returns trimmed standard output. */
  async runWithLibraries(machine: MachineStatus, script: string): Promise<string> {
    return (await this.runOn(machine, `${libraries}\n${script}`)).trim();
  }

  /** Runs a script on the members in turn until it succeeds. */
  async runOnAnyMember(script: string, members = this.memberNames): Promise<string> {
    const failures: string[] = [];
    for (const member of members) {
      try {
        return await this.runOnMember(member, script);
      } catch (error) {
        failures.push(messageOf(error));
      }
    }
    throw new Error(failures.join("; "));
  }

  /** Path of the cluster's parameters in Parameter Store. */
  async readParameterPrefix(): Promise<string> {
    return clusterPath(await this.runOnAnyMember("node .cluster"));
  }

  /** Name of the member that leads etcd. @param members those to ask, in turn; default: all */
  async leader(members = this.memberNames): Promise<string> {
    const list = JSON.parse(
      await this.runOnAnyMember("etcdctl endpoint status --cluster -w json 2>/dev/null || true", members),
    ) as { Status: { leader: number; header: { member_id: number } }; Endpoint: string }[];
    const leader = list.find(({ Status }) => Status.leader === Status.header.member_id);
    const member = /etcd-([a-e])\./.exec(leader?.Endpoint ?? "")?.[1];
    if (member === undefined) throw new Error("etcd has no leader");
    return member;
  }

  /** Ids of etcd's voting members, by name. */
  async listVoters(): Promise<Record<string, string>> {
    const list = await this.runOnAnyMember("etcdctl member list -w json --hex 2>/dev/null");
    const { members } = JSON.parse(list) as { members: { ID: string; name: string; isLearner?: boolean }[] };
    const voters = members.filter(({ isLearner }) => isLearner !== true);
    return Object.fromEntries(voters.map(({ name, ID }): [string, string] => [name, ID]).toSorted());
  }

  get worker(): MachineStatus {
    return this.machine((group) => group.includes("-worker-"));
  }

  private machine(inGroup: (group: string) => boolean): MachineStatus {
    const found = this.status.machines.find(({ group }) => inGroup(group));
    if (found !== undefined) return found;
    throw new Error(`no such machine in groups ${this.status.machines.map(({ group }) => group).join()}`);
  }

  /** Runs kubectl as the administrator, through the load balancer. @returns standard output. */
  async kubectl(...args: string[]): Promise<string> {
    const [command = "", ...rest] = this.status.kubectl ?? [];
    const { stdout } = await run(command, [...rest, "--request-timeout=10s", ...args], { maxBuffer: 64 << 20 });
    return stdout;
  }

  /** Answer of the API. Repeated observations use it, because kubectl takes a noticeable part of a small host's time. */
  async get<Answer>(path: string): Promise<Answer> {
    const { status, body } = await this.client.kubernetes({ method: "GET", path });
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${body}`);
    return JSON.parse(body) as Answer;
  }

  /**
   * Objects of the core API group.
   * @param path below /api/v1, such as `nodes` or `namespaces/default/pods?labelSelector=app=echo`
   */
  async list<Item = KubernetesObject>(path: string): Promise<Item[]> {
    return (await this.get<{ items: Item[] }>(`/api/v1/${path}`)).items;
  }

  async nodeNames(): Promise<string[]> {
    return (await this.list("nodes")).map(({ metadata }) => metadata.name).sort();
  }

  /** Runs a shell script on a machine. @returns standard output. */
  async runOn(machine: MachineStatus, script: string): Promise<string> {
    const { code, stdout, stderr } = await this.client.exec(machine.name, ["bash", "-c", script], {
      timeoutMs: 60_000,
    });
    if (code !== 0) throw new Error(`${machine.name}: ${script}: exit status ${code}: ${stderr}`);
    return stdout;
  }
}
