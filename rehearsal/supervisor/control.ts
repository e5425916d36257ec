/** Operations on a rehearsal, which its supervisor runs for clients. Arguments and results are plain data. */
import type { IamReport } from "../aws/iam/report";
import type { SigningCredentials } from "../aws/iam/signature";
import type { Instance } from "../aws/ec2/instance";
import type { CloudResource } from "../aws/resources/resourceHandler";
import type { ApiRequest, ApiResponse } from "../kubernetes/kubeApi";
import type { Machine } from "../machines/machine";
import type { Network } from "../machines/network";
import { freeze, limitMemory, unfreeze } from "../machines/pressure";
import type { DroppedFlow, ExecResult } from "../machines/types";
import type { BootPlan } from "./bootPlan";
import type { BootTimes, RehearsalStatus } from "./status";
import type { StatusTracker } from "./statusTracker";

export interface ControlOptions {
  readonly network: Network;
  readonly tracker: StatusTracker;
  /** Boots the plan in the state directory. Resolves when its machines boot. */
  readonly boot: () => Promise<void>;
  /** Reads the plan in the state directory. */
  readonly readPlan: () => BootPlan;
}

/** Every public method is an operation. Machines are given by name, id, or an unambiguous prefix of either. */
export class Control {
  readonly #options: ControlOptions;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  status(): Promise<RehearsalStatus> {
    return this.#options.tracker.status();
  }

  /** Times of all machines: boot, steps, readiness. */
  bootTimes(): BootTimes[] {
    return this.#options.tracker.bootTimes();
  }

  /** Flows that no security group accepted, most packets first. */
  droppedFlows(): Promise<DroppedFlow[]> {
    return this.#options.network.dropped();
  }

  /** Calls that IAM denied, and Allow statements that no call used. */
  iamReport(): IamReport {
    return this.#rehearsal.iam.report();
  }

  /** Boots the plan in the state directory. Resolves when its machines boot. */
  boot(): Promise<void> {
    return this.#options.boot();
  }

  /**
   * Creates and updates what another plan of the stack in the state directory has anew. Rollouts continue after it resolves, with a
   * line for each change.
   */
  applyPlan(): Promise<string[]> {
    if (this.#rehearsal.plan.engine) {
      throw new Error("the Pulumi engine changes this rehearsal: use npx holdfast rehearse --pulumi -- up");
    }
    return this.#rehearsal.update.apply(this.#options.readPlan());
  }

  /** Deletes what the plan no longer has. Resolves when the machines of deleted groups have left. */
  deleteRemoved(): Promise<void> {
    return this.#rehearsal.update.deleteRemoved();
  }

  /** Creates a resource for the Pulumi engine; see `EngineChanges`. */
  createResource(resource: CloudResource): Promise<void> {
    return this.#rehearsal.engine.create(resource);
  }

  updateResource(resource: CloudResource, formerInputs: CloudResource["inputs"]): Promise<void> {
    return this.#rehearsal.engine.update(resource, formerInputs);
  }

  deleteResource(resource: CloudResource, included: readonly CloudResource[]): Promise<void> {
    return this.#rehearsal.engine.delete(resource, included);
  }

  /** Properties of a resource that differ in AWS, in a list; an empty list: it no longer exists. */
  async readResource(resource: CloudResource): Promise<CloudResource["inputs"][]> {
    const found = await this.#rehearsal.engine.read(resource);
    return found === undefined ? [] : [found];
  }

  /** Uses the administrator's kubeconfig for requests to the API server. */
  connectCluster(kubeconfig: string): void {
    this.#rehearsal.connectCluster(kubeconfig);
  }

  /** Cuts the power of a machine. The instance stays, so its group does not replace it. */
  powerOff(machine: string): Promise<void> {
    return this.#rehearsal.machines.powerOff(this.#instance(machine));
  }

  powerOn(machine: string): Promise<void> {
    return this.#rehearsal.machines.start(this.#instance(machine));
  }

  /** Cuts the power of a machine and terminates its instance, so that its group replaces it. */
  destroy(machine: string): Promise<void> {
    return this.#rehearsal.machines.destroy(this.#instance(machine));
  }

  /** Announces a spot interruption to a machine, which happens two minutes later. */
  interrupt(machine: string): void {
    this.#rehearsal.machines.interrupt(this.#instance(machine));
  }

  /** Empties the volumes of a powered-off machine. */
  blankVolumes(machine: string): Promise<void> {
    const instance = this.#instance(machine);
    if (instance.machine.running) throw new Error(`${instance.name} runs: power it off first`);
    return this.#rehearsal.volumes.blank(instance);
  }

  /**
   * Sets the clocks of a machine's processes of these programs `ahead` seconds before the host's; 0 restores them. Resolves with
   * the number of processes.
   */
  setClocks(machine: string, programs: readonly string[], ahead: number): Promise<number> {
    return this.#instance(machine).machine.setClocks(programs, ahead);
  }

  /** Stops every process of a machine until `resume`. Its kernel still acknowledges packets. */
  pause(machine: string): Promise<void> {
    return freeze(this.#instance(machine).machine.cgroups);
  }

  resume(machine: string): void {
    unfreeze(this.#instance(machine).machine.cgroups);
  }

  /**
   * Limits a machine's memory to what it uses now and `headroom` bytes; null ends the limit. Beyond it, the kernel kills one of the
   * machine's processes. Resolves with the limit in bytes.
   */
  limitMemory(machine: string, headroom: number | null): number | undefined {
    return limitMemory(this.#instance(machine).machine.cgroups, headroom ?? undefined);
  }

  /** Runs a command as root on a machine. Rejects only if the machine is off. */
  exec(
    machine: string,
    argv: readonly string[],
    options: { readonly stdin?: string; readonly timeoutMs?: number } = {},
  ): Promise<ExecResult> {
    return this.#instance(machine).machine.exec(argv, options);
  }

  /** Command line that opens a shell (or runs `argv`) on the machine, for this host with inherited stdio. */
  shellCommand(machine: string, argv?: readonly string[]): string[] {
    return this.#instance(machine).machine.shellCommand(argv);
  }

  /** Isolates a zone's machines from all others and from load balancers; one zone at a time. AWS stays reachable. */
  isolateZone(zone: string): Promise<void> {
    if (!this.#rehearsal.instances.all.some(({ subnet }) => subnet.zone === zone)) {
      throw new Error(`zone ${zone} has no machines`);
    }
    return this.#rehearsal.isolateZone(zone);
  }

  /** Ends the isolation of a zone. */
  reconnectZone(): Promise<void> {
    return this.#rehearsal.isolateZone(undefined);
  }

  /** Loses packets from some machines and their pods to others, instead of an earlier loss. @param percent share, 1 to 100 */
  losePackets(from: readonly string[], to: readonly string[], percent: number): Promise<void> {
    return this.#options.network.lose({ from: this.#addresses(from), to: this.#addresses(to), percent });
  }

  /** Ends the loss of packets. */
  endPacketLoss(): Promise<void> {
    return this.#options.network.lose(undefined);
  }

  /** Delays packets between machines and their pods in both directions, each by `ms`, instead of an earlier delay. */
  delayPackets(machines: readonly string[], ms: number): Promise<void> {
    const addresses = this.#addresses(machines);
    return this.#options.network.delay({ from: addresses, to: addresses, ms });
  }

  /** Ends the delay of packets. */
  endPacketDelay(): Promise<void> {
    return this.#options.network.delay(undefined);
  }

  /**
   * Takes AWS services down by their signing names (`s3`, `ssm` …). Without `kms`, other services also fail each call for which
   * they need a key. An empty list restores all.
   */
  setUnreachable(services: readonly string[]): void {
    this.#rehearsal.unreachableServices = new Set(services);
  }

  /** Sends a request to the cluster's API server as the administrator. Rejects only without an answer. */
  kubernetes(request: ApiRequest): Promise<ApiResponse> {
    const { cluster } = this.#rehearsal;
    if (cluster === undefined) throw new Error("the plan has no load balancer for the Kubernetes API");
    return cluster.api.request(request);
  }

  /** Credentials with which a stand-in of a controller calls AWS; undefined: no role of the plan trusts the ServiceAccount. */
  controllerCredentials(namespace: string, serviceAccount: string): Promise<SigningCredentials | undefined> {
    return this.#rehearsal.controllerCredentials(namespace, serviceAccount);
  }

  /** Replaces planned ids of AWS resources in a value by those of the rehearsed AWS. */
  withRealIds(value: unknown): unknown {
    return this.#rehearsal.ids.replace(value);
  }

  setDesiredCapacity(group: string, desired: number): Promise<void> {
    return this.#rehearsal.scaling.setDesiredCapacity(group, desired);
  }

  get #rehearsal() {
    const { rehearsal } = this.#options.tracker;
    if (rehearsal === undefined) throw new Error("no plan is booted yet");
    return rehearsal;
  }

  /** Addresses of machines and of their pods. */
  #addresses(machines: readonly string[]): string[] {
    return machines.map((name) => this.#instance(name)).flatMap(({ address, podCidr }) => [address, podCidr]);
  }

  #instance(name: string): Instance & { readonly machine: Machine } {
    const { instances } = this.#rehearsal;
    const instance = instances.find(name);
    if (instance === undefined) {
      const names = instances.all.map((each) => each.name).toSorted();
      throw new Error(`unknown machine ${name}; choose from ${names.join(", ")}`);
    }
    if (instance.machine === undefined) throw new Error(`${instance.name} does not exist yet`);
    return instance as Instance & { readonly machine: Machine };
  }
}
