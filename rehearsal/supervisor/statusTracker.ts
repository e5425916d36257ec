/** Puts together what a rehearsal tells about itself. Nothing is polled unless somebody asks. */
import type { Network } from "../machines/types";
import { roleTag } from "../../components/aws/tags.plan";
import type { Instance } from "../aws/ec2/instance";
import { machineProgress, type MachineProgress } from "./progress";
import type { Rehearsal } from "./rehearsal";
import { awsEndpoint } from "../services/serviceAddresses";
import type { StatePaths } from "./state";
import type { MachineStatus, RehearsalStatus } from "./status";

/** An API server is not asked more often than this. */
const askAgainMs = 500;
/** Problems that are kept. */
const keptProblems = 50;

export class StatusTracker {
  rehearsal: Rehearsal | undefined;
  phase: RehearsalStatus["phase"] = "idle";
  readonly #problems: string[] = [];
  readonly #phases: Record<string, number> = {};
  readonly #readyAt = new Map<string, number>();
  #nodes: { askedAt: number; ready: ReadonlySet<string> } = { askedAt: 0, ready: new Set() };
  #allReadyAfter: number | undefined;

  constructor(
    private readonly paths: StatePaths,
    private readonly network: Network,
  ) {}

  report(problem: string): void {
    console.error(new Date().toISOString(), problem);
    if (this.#problems.at(-1) === problem) return;
    this.#problems.push(problem);
    this.#problems.splice(0, this.#problems.length - keptProblems);
  }

  timed(phase: string, seconds: number): void {
    this.#phases[phase] = Math.round(seconds * 100) / 100;
  }

  async status(): Promise<RehearsalStatus> {
    const { rehearsal } = this;
    const ready = await this.readyNodes();
    const instances = rehearsal?.instances.all ?? [];
    const machines = instances.map((instance) => this.machine(instance, ready)).toSorted(byName);
    const allReady = this.phase === "running" && machines.length > 0 && machines.every((machine) => machine.ready);
    if (allReady && this.#allReadyAfter === undefined) {
      const started = Math.min(...instances.map(({ startedAt = Date.now() }) => startedAt));
      this.#allReadyAfter = seconds(Math.max(...this.#readyAt.values()) - started);
    }
    return {
      id: this.paths.id,
      stack: rehearsal?.plan.stack ?? "",
      phase: this.phase,
      machines,
      ready: allReady,
      ...(this.#allReadyAfter !== undefined && { readyAfter: this.#allReadyAfter }),
      ...(rehearsal?.endpoint && {
        endpoint: rehearsal.endpoint,
        kubeconfig: this.paths.kubeconfig,
        kubectl: this.kubectl(rehearsal.plan.tools.kubectl),
      }),
      namespace: this.network.namespace,
      awsEndpoint,
      phases: this.#phases,
      problems: this.#problems,
    };
  }

  private kubectl(program: string): string[] {
    return ["nsenter", `--net=/run/netns/${this.network.namespace}`, program, "--kubeconfig", this.paths.kubeconfig];
  }

  private async readyNodes(): Promise<ReadonlySet<string>> {
    const now = Date.now();
    if (now - this.#nodes.askedAt >= askAgainMs) {
      const ready = await this.rehearsal?.readiness?.readyNodes();
      this.#nodes = { askedAt: now, ready: ready ?? new Set() };
    }
    return this.#nodes.ready;
  }

  private machine(instance: Instance, readyNodes: ReadonlySet<string>): MachineStatus {
    const {
      id,
      name,
      group,
      subnet,
      address,
      podCidr,
      state,
      problem,
      startedAt = Date.now(),
      bootedAt = 0,
    } = instance;
    const role = instance.tags[roleTag] ?? "";
    const pid = instance.machine?.pid;
    const progress: MachineProgress = pid === undefined ? { stage: state, steps: [] } : machineProgress(pid, bootedAt);
    const isNode = role !== "etcd";
    // A node that was switched off counts as Ready for a while: its own steps tell whether it is back.
    const joined = state === "running" && progress.stage === "joined";
    const ready = joined && (!isNode || readyNodes.has(id));
    if (!this.#readyAt.has(id) && (isNode ? readyNodes.has(id) : joined)) this.#readyAt.set(id, Date.now());
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
      ...(problem !== undefined && { problem }),
      stage: state === "failed" || state === "terminating" ? state : ready ? "Ready" : progress.stage,
      steps: progress.steps,
      ready,
      ...(readyAt !== undefined && { readyAfter: seconds(readyAt - startedAt) }),
    };
  }
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}

function byName(left: MachineStatus, right: MachineStatus): number {
  return left.name.localeCompare(right.name);
}
