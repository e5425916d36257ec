/**
 * Auto Scaling: whatever instances the rehearsal's AWS has run as machines here, and no others. The AWS decides (it
 * replaces a terminated instance at once); this follows.
 */
import {
  DescribeInstancesCommand,
  type EC2Client,
  type Instance as Ec2Instance,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { createMachine } from "../machines/machine";
import type { Network } from "../machines/types";
import { freePodRange } from "./addresses";
import type { Instance, InstanceRegistry } from "./instance";
import type { Inventory } from "./inventory";
import { machineFiles } from "./machineFiles";
import type { Volumes } from "./volumes";
import { instanceName } from "./zones";

/** How long a terminated machine may take to shut down; EC2 grants minutes, people here wait. */
const shutdownMs = 10_000;

export interface GroupsOptions {
  readonly ec2: EC2Client;
  readonly cluster: string;
  readonly region: string;
  readonly podCidr: string;
  /** Pods' network comes with the cluster's objects. */
  readonly ownPodNetwork: boolean;
  readonly inventory: Inventory;
  readonly instances: InstanceRegistry;
  readonly network: Network;
  readonly volumes: Volumes;
  readonly image: string;
  readonly containerdSeed: string;
  readonly nameserver: string;
  /** Environment of everything that runs on a machine. */
  readonly environment: Readonly<Record<string, string>>;
  /** Directory of a machine. */
  readonly directory: (instanceId: string) => string;
  /** Firewall, load balancers and DNS follow the instances before a new one boots. */
  readonly membersChanged: () => Promise<void>;
  readonly report: (message: string) => void;
}

export class Groups {
  /** Instances that end without their group's goodbye: somebody terminated them by name. */
  readonly #terminatedByName = new Set<string>();
  readonly #goodbyes = new Map<string, { extend(): void; complete(): void }>();

  constructor(private readonly options: GroupsOptions) {}

  /** Notes that an instance was terminated through EC2, which knows no lifecycle hooks. */
  terminatedByName(instanceId: string): void {
    this.#terminatedByName.add(instanceId);
  }

  /** Ends the goodbye of an instance. False: it is not saying any. */
  completeGoodbye(instanceId: string): boolean {
    this.#goodbyes.get(instanceId)?.complete();
    return this.#goodbyes.has(instanceId);
  }

  /** Begins the time that an instance has to say goodbye anew. False: it is not saying any. */
  extendGoodbye(instanceId: string): boolean {
    this.#goodbyes.get(instanceId)?.extend();
    return this.#goodbyes.has(instanceId);
  }

  /** Looks at the instances once; what it starts (boots, goodbyes) goes on after it resolves. */
  async reconcile(): Promise<void> {
    const { instances, membersChanged } = this.options;
    const alive = await this.living();
    const gone = instances.all.filter(
      ({ id, state }) => state !== "terminating" && !alive.some((one) => one.InstanceId === id),
    );
    // before names are given: a successor gets its predecessor's
    for (const instance of gone) instance.state = "terminating";
    const added = alive
      .filter(({ InstanceId = "" }) => instances.get(InstanceId) === undefined)
      .map((one) => this.adopt(one));
    if (added.length + gone.length > 0) await membersChanged();
    for (const instance of added) instance.booting = this.boot(instance);
    for (const instance of gone) void this.retire(instance);
  }

  private async living(): Promise<Ec2Instance[]> {
    const filter = { Name: "instance-state-name", Values: ["pending", "running", "stopped"] };
    const { Reservations = [] } = await this.options.ec2.send(new DescribeInstancesCommand({ Filters: [filter] }));
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }

  private adopt(described: Ec2Instance): Instance {
    const { instances, inventory, cluster, podCidr } = this.options;
    const { InstanceId = "", SubnetId = "", PrivateIpAddress = "" } = described;
    const tags = Object.fromEntries((described.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
    const group = inventory.groups[tags["aws:autoscaling:groupName"] ?? ""];
    const subnet = inventory.subnets[SubnetId];
    if (group === undefined || subnet === undefined)
      throw new Error(`instance ${InstanceId} is in no group of the plan`);
    const instance: Instance = {
      id: InstanceId,
      name: instances.nameFor(group.name, cluster),
      group,
      subnet,
      address: PrivateIpAddress,
      privateDnsName: instanceName(PrivateIpAddress, this.options.region),
      instanceType: described.InstanceType ?? "",
      imageId: described.ImageId ?? "",
      tags,
      podCidr: freePodRange(podCidr, new Set(instances.all.map((each) => each.podCidr))),
      state: "pending",
    };
    instances.add(instance);
    return instance;
  }

  private async boot(instance: Instance): Promise<void> {
    const { network, volumes, image, containerdSeed, nameserver, environment, directory } = this.options;
    const { id, address, subnet, podCidr } = instance;
    try {
      instance.startedAt = Date.now();
      instance.port = await network.addPort({
        name: id,
        addresses: [`${address}/${subnet.prefixLength}`],
        gateway: subnet.gateway,
        podCidr,
      });
      const machine = await createMachine({
        id,
        directory: directory(id),
        image,
        containerdSeed,
        port: instance.port,
        nameserver,
        environment,
        files: machineFiles(instance.privateDnsName, this.options.ownPodNetwork ? undefined : podCidr),
      });
      instance.machine = machine;
      machine.onStop((reason) => {
        this.stopped(instance, reason);
      });
      await this.start(instance);
      await volumes.reconcile();
    } catch (error) {
      this.fail(instance, error);
    }
  }

  /** Switches an instance's machine on. */
  async start(instance: Instance): Promise<void> {
    instance.keepOff = false;
    instance.bootedAt = Date.now();
    await instance.machine?.start();
    // it may have been told to go while it booted
    if (instance.state !== "terminating") instance.state = "running";
  }

  /** Pulls the plug; the instance stays, so that its group does not replace it. */
  async powerOff(instance: Instance): Promise<void> {
    instance.keepOff = true;
    await instance.machine?.powerOff();
    instance.state = "stopped";
  }

  /** Pulls the plug for good: the group sees a terminated instance. */
  async destroy(instance: Instance): Promise<void> {
    this.terminatedByName(instance.id);
    await this.powerOff(instance);
    await this.terminate(instance);
  }

  private async terminate(instance: Instance): Promise<void> {
    this.terminatedByName(instance.id);
    await this.options.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.id] }));
    await this.reconcile();
  }

  /** A machine that reboots comes back; one that shut itself down is terminated, as its launch template asks. */
  private stopped(instance: Instance, reason: "off" | "halted" | "reboot"): void {
    if (instance.keepOff === true || instance.state === "terminating" || reason === "off") return;
    const next = reason === "reboot" ? this.start(instance) : this.terminate(instance);
    next.catch((error: unknown) => {
      this.fail(instance, error);
    });
  }

  private async retire(instance: Instance): Promise<void> {
    const { instances, network, volumes, membersChanged } = this.options;
    try {
      await instance.booting;
      if (!this.#terminatedByName.delete(instance.id)) await this.goodbye(instance);
      if (instance.machine?.running === true) await instance.machine.halt(shutdownMs);
      await instance.machine?.destroy();
      await network.removePort(instance.id);
    } catch (error) {
      this.fail(instance, error);
    }
    instances.remove(instance.id);
    await membersChanged();
    await volumes.reconcile();
  }

  /** Waits until the machine says that it is done, or its time is over. */
  private async goodbye(instance: Instance): Promise<void> {
    const seconds = instance.group.terminationHookSeconds;
    if (seconds === undefined || instance.machine?.running !== true) return;
    await new Promise<void>((resolve) => {
      let timer = setTimeout(resolve, seconds * 1000);
      this.#goodbyes.set(instance.id, {
        extend: () => {
          clearTimeout(timer);
          timer = setTimeout(resolve, seconds * 1000);
        },
        complete: () => {
          clearTimeout(timer);
          resolve();
        },
      });
    });
    this.#goodbyes.delete(instance.id);
  }

  private fail(instance: Instance, error: unknown): void {
    instance.state = "failed";
    instance.problem = error instanceof Error ? error.message : String(error);
    this.options.report(`${instance.name} (${instance.id}): ${instance.problem}`);
  }
}
