/** Collects a rehearsal's status, on request only. */
import { roleTag } from "../../components/aws/tags.plan";
import type { Instance } from "../aws/ec2/instance";
import { readyNodes } from "../kubernetes/readiness";
import { inNamespace } from "../machines/namespaces";
import type { Network } from "../machines/network";
import { awsEndpoint } from "../services/serviceAddresses";
import { machineProgress, type MachineProgress, readSteps, stepAttempts } from "./progress";
import type { Rehearsal } from "./rehearsal";
import type { StatePaths } from "./statePaths";
import type { BootTimes, MachineStatus, RehearsalStatus } from "./status";

/** Minimum interval between two requests for nodes. */
const nodesMaxAgeMs = 500;
/** Number of problems to keep. */
const maxProblems = 50;

export class StatusTracker {
  rehearsal: Rehearsal | undefined;
  phase: RehearsalStatus["phase"] = "idle";
  readonly #problems: string[] = [];
  readonly #phases: Record<string, number> = {};
  readonly #readyAt = new Map<string, number>();
  #nodes: { fetchedAt: number; ready: ReadonlySet<string> } = { fetchedAt: 0, ready: new Set() };
  #allReadyAfter: number | undefined;

  constructor(
    private readonly paths: StatePaths,
    private readonly network: Network,
  ) {}

  report(problem: string): void {
    console.error(new Date().toISOString(), problem);
    if (this.#problems.at(-1) === problem) return;
    this.#problems.push(problem);
    this.#problems.splice(0, this.#problems.length - maxProblems);
  }

  timed(phase: string, seconds: number): void {
    this.#phases[phase] = Math.round(seconds * 100) / 100;
  }

  async status(): Promise<RehearsalStatus> {
    const { paths, network, rehearsal } = this;
    const { cluster } = rehearsal ?? {};
    const ready = await this.readyNodes();
    const instances = rehearsal?.instances.all ?? [];
    const machines = instances.map((instance) => this.machine(instance, ready)).toSorted(byName);
    const allReady = this.phase === "running" && machines.length > 0 && machines.every((machine) => machine.ready);
    if (allReady && this.#allReadyAfter === undefined) {
      const started = Math.min(...instances.map(({ startedAt = Date.now() }) => startedAt));
      this.#allReadyAfter = seconds(Math.max(...this.#readyAt.values()) - started);
    }
    const kubectl = [rehearsal?.plan.tools.kubectl ?? "", "--kubeconfig", paths.kubeconfig];
    return {
      id: paths.id,
      stack: rehearsal?.plan.stack ?? "",
      phase: this.phase,
      machines,
      ready: allReady,
      readyAfter: this.#allReadyAfter,
      endpoint: cluster?.endpoint,
      kubeconfig: cluster && paths.kubeconfig,
      kubectl: cluster && inNamespace(network.namespace, kubectl),
      namespace: network.namespace,
      awsEndpoint,
      phases: this.#phases,
      problems: this.#problems,
    };
  }

  /** Times of all machines. */
  bootTimes(): BootTimes[] {
    const instances = this.rehearsal?.instances.all ?? [];
    return instances.map((instance) => {
      const { id, name, subnet, startedAt, bootedAt, problem } = instance;
      const pid = instance.machine?.pid;
      const attempts = pid === undefined ? [] : stepAttempts(readSteps(pid), bootedAt);
      const role = instance.tags[roleTag] ?? "";
      const times = { startedAt, attempts, readyAt: this.#readyAt.get(id) };
      return { name, role, zone: subnet.zone, ...times, problem };
    });
  }

  private async readyNodes(): Promise<ReadonlySet<string>> {
    const now = Date.now();
    const api = this.rehearsal?.cluster?.api;
    if (api !== undefined && now - this.#nodes.fetchedAt >= nodesMaxAgeMs) {
      this.#nodes = { fetchedAt: now, ready: await readyNodes(api) };
    }
    return this.#nodes.ready;
  }

  private machine(instance: Instance, nodes: ReadonlySet<string>): MachineStatus {
    const { id, name, group, subnet, address, podCidr, state, problem } = instance;
    const { startedAt = Date.now(), bootedAt = 0 } = instance;
    const role = instance.tags[roleTag] ?? "";
    const pid = instance.machine?.pid;
    const progress: MachineProgress = pid === undefined ? { stage: state, steps: [] } : machineProgress(pid, bootedAt);
    const isNode = role !== "etcd";
    // The API shows a powered-off node as Ready for a while; its own steps tell whether it is back.
    const joined = state === "running" && progress.stage === "joined";
    const ready = joined && (!isNode || nodes.has(id));
    if (!this.#readyAt.has(id) && (isNode ? nodes.has(id) : joined)) this.#readyAt.set(id, Date.now());
    const readyAt = this.#readyAt.get(id);
    return {
      id,
      name,
      role,
      group: group.name,
      zone: subnet.zone,
      address,
      podCidr,
      state,
      problem,
      stage: state === "failed" || state === "terminating" ? state : ready ? "Ready" : progress.stage,
      steps: progress.steps,
      ready,
      readyAfter: readyAt && seconds(readyAt - startedAt),
    };
  }
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}

function byName(left: MachineStatus, right: MachineStatus): number {
  return left.name.localeCompare(right.name);
}
