/** A booted rehearsal as drills and boot tests see it: its machines, its API, its etcd. */
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { RehearsalClient } from "../supervisor/client";
import type { MachineStatus, RehearsalStatus } from "../supervisor/status";

const run = promisify(execFile);

/** What of a Kubernetes object the tests look at. */
export interface KubernetesObject {
  metadata: { name: string };
  status: { conditions?: { type: string; status: string }[]; nodeInfo?: { kubeletVersion: string } };
}

export function isReady(object: KubernetesObject): boolean {
  return object.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Waits until `holds`; errors in between count as "not yet". Rejects when the time is over. */
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
  throw new Error(`${what}: not within ${timeoutMs / 1000} s${last instanceof Error ? ` (${last.message})` : ""}`);
}

const etcdKeys = "/etc/kubernetes/pki/etcd";
const memberGroup = /-(etcd|control-plane)-([a-e])$/;
/** What the members' own scripts lean on, as their units start them. */
const libraries = `set -a; . /etc/environment; set +a
for name in node aws services etcd backup; do . /opt/holdfast/current/lib/$name.sh; done
trap - ERR; export AWS_REGION=$(node .region); etcd_client`;

/** Tells the id of etcd's own process, not of whatever is called etcd: the daily restore drill starts another beside it. */
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

  /** The control-plane machine of member `member`. */
  controlPlaneMachine(member: string): MachineStatus {
    return this.machine((group) => group.endsWith(`-control-plane-${member}`));
  }

  /** Letters of etcd's members. */
  get memberNames(): string[] {
    return Object.keys(this.etcdMachines()).sort();
  }

  /** The machine that runs etcd's member `member`, or is about to; the newest, while a predecessor leaves. */
  etcdMachine(member: string): MachineStatus {
    const found = this.etcdMachines()[member];
    if (found === undefined) throw new Error(`member ${member} has no machine`);
    return found;
  }

  /** Whether etcd has machines of its own. */
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

  /** Output of a script on the machine of etcd's member `member`, with the node's libraries at hand. */
  async runOnMember(member: string, script: string): Promise<string> {
    return (await this.runOn(this.etcdMachine(member), `${libraries}\n${script}`)).trim();
  }

  /** The same on any member's machine on which it succeeds. */
  async runOnAnyMember(script: string, memberNames = this.memberNames): Promise<string> {
    const failures: string[] = [];
    for (const member of memberNames) {
      try {
        return await this.runOnMember(member, script);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new Error(failures.join("; "));
  }

  /** Letter of the member that leads. */
  async leader(): Promise<string> {
    const list = JSON.parse(
      await this.runOnAnyMember("etcdctl endpoint status --cluster -w json 2>/dev/null || true"),
    ) as { Status: { leader: number; header: { member_id: number } }; Endpoint: string }[];
    const leader = list.find(({ Status }) => Status.leader === Status.header.member_id);
    const member = /etcd-([a-e])\./.exec(leader?.Endpoint ?? "")?.[1];
    if (member === undefined) throw new Error("etcd has no leader");
    return member;
  }

  /** Ids of etcd's voting members by their memberNames, as any of them tells. */
  async listVoters(): Promise<Record<string, string>> {
    return votersOf(await this.runOnAnyMember("etcdctl member list -w json --hex 2>/dev/null"));
  }

  get worker(): MachineStatus {
    return this.machine((group) => group.includes("-worker-"));
  }

  private machine(inGroup: (group: string) => boolean): MachineStatus {
    const found = this.status.machines.find(({ group }) => inGroup(group));
    if (found === undefined)
      throw new Error(`no such machine among ${this.status.machines.map(({ group }) => group).join()}`);
    return found;
  }

  /** Standard output of kubectl, as the administrator, through the load balancer. */
  async kubectl(...args: string[]): Promise<string> {
    const [command = "", ...rest] = this.status.kubectl ?? [];
    const { stdout } = await run(command, [...rest, "--request-timeout=10s", ...args], { maxBuffer: 64 << 20 });
    return stdout;
  }

  async list(...args: string[]): Promise<KubernetesObject[]> {
    return (JSON.parse(await this.kubectl("get", ...args, "-o", "json")) as { items: KubernetesObject[] }).items;
  }

  async nodeNames(): Promise<string[]> {
    return (await this.list("nodes")).map(({ metadata }) => metadata.name).sort();
  }

  /** Standard output of a shell command on a machine. */
  async runOn(machine: MachineStatus, script: string): Promise<string> {
    const { code, stdout, stderr } = await this.client.exec(machine.name, ["bash", "-c", script], {
      timeoutMs: 60_000,
    });
    if (code !== 0) throw new Error(`${machine.name}: ${script}: exit status ${code}: ${stderr}`);
    return stdout;
  }

  async etcdctl(machine: MachineStatus, args: string): Promise<string> {
    const keys = `--cacert=${etcdKeys}/ca.crt --cert=${etcdKeys}/healthcheck-client.crt --key=${etcdKeys}/healthcheck-client.key`;
    return this.runOn(machine, `etcdctl --endpoints=https://127.0.0.1:2379 ${keys} ${args}`);
  }

  /** Ids of etcd's voting members, by name. */
  async etcdMembers(machine: MachineStatus): Promise<Record<string, string>> {
    return votersOf(await this.etcdctl(machine, "member list -w json --hex"));
  }
}

function votersOf(list: string): Record<string, string> {
  const { members } = JSON.parse(list) as { members: { ID: string; name: string; isLearner?: boolean }[] };
  const listVoters = members.filter(({ isLearner }) => isLearner !== true);
  return Object.fromEntries(listVoters.map(({ name, ID }): [string, string] => [name, ID]).toSorted());
}
