/**
 * Machines: whatever instances the rehearsal's AWS has run as machines here, and no others. The AWS decides (it replaces a
 * terminated instance at once); this follows.
 */
import {
  DescribeInstancesCommand,
  type EC2Client,
  type Instance as Ec2Instance,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { createMachine } from "../../machines/machine";
import type { Network } from "../../machines/types";
import type { AutoScaling } from "../autoScaling/autoScaling";
import type { LaunchTemplates } from "./launchTemplates";
import { type Events, spotInterruption } from "../eventBridge";
import { freePodRange } from "../../machines/addresses";
import type { Instance, InstanceRegistry } from "./instance";
import type { Inventory } from "../resources/inventory";
import { machineFiles } from "../../supervisor/machineFiles";
import type { Volumes } from "./volumes";
import { instanceName } from "../../services/dnsZones";

/** How long a terminated machine may take to shut down; EC2 grants minutes, people here wait. */
const shutdownMs = 10_000;

/** Time between the announcement of a spot machine's interruption and its end, as EC2 gives it. */
const spotNoticeMs = 120_000;

export interface MachineReconcilerOptions {
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
  readonly scaling: AutoScaling;
  readonly templates: LaunchTemplates;
  readonly events: Events;
  readonly image: string;
  readonly containerdSeed: string;
  readonly nameserver: string;
  /** Environment of everything that runs on a machine. */
  readonly environment: Readonly<Record<string, string>>;
  /** Directory of a machine. */
  readonly directory: (instanceId: string) => string;
  /** Firewall, load balancers and DNS follow the instances before a new one boots. */
  readonly syncNetwork: () => Promise<void>;
  readonly report: (message: string) => void;
}

export class MachineReconciler {
  constructor(private readonly options: MachineReconcilerOptions) {}

  /** Looks at the instances once; what it starts (boots, shutdowns) goes on after it resolves. */
  async reconcile(): Promise<void> {
    const { instances, scaling, syncNetwork } = this.options;
    const alive = await this.living();
    const gone = instances.all.filter(({ id, ended }) => ended !== true && !alive.some((one) => one.InstanceId === id));
    // before names are given: a successor gets its predecessor's
    for (const instance of gone) {
      instance.ended = true;
      scaling.ended(instance);
    }
    const added: Instance[] = [];
    for (const one of alive) {
      if (instances.get(one.InstanceId ?? "") === undefined) added.push(await this.adopt(one));
    }
    if (added.length + gone.length > 0) await syncNetwork();
    for (const instance of added) instance.booting = this.boot(instance);
    for (const instance of gone) void this.retire(instance);
  }

  private async living(): Promise<Ec2Instance[]> {
    const filter = { Name: "instance-state-name", Values: ["pending", "running", "stopped"] };
    const { Reservations = [] } = await this.options.ec2.send(new DescribeInstancesCommand({ Filters: [filter] }));
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }

  private async adopt(described: Ec2Instance): Promise<Instance> {
    const { instances, inventory, cluster, podCidr, templates } = this.options;
    const { InstanceId = "", SubnetId = "", PrivateIpAddress = "" } = described;
    const tags = Object.fromEntries((described.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
    const group = inventory.groups[tags["aws:autoscaling:groupName"] ?? ""];
    const subnet = inventory.subnets[SubnetId];
    if (group === undefined || subnet === undefined)
      throw new Error(`instance ${InstanceId} is in no group of the plan`);
    const template = await templates.current(group.name);
    const launch = await templates.launch(template, group.launch);
    const instance: Instance = {
      id: InstanceId,
      name: instances.nameFor(group.name, cluster),
      group,
      template,
      launch,
      launchedAt: described.LaunchTime?.getTime() ?? Date.now(),
      subnet,
      address: PrivateIpAddress,
      privateDnsName: instanceName(PrivateIpAddress, this.options.region),
      instanceType: described.InstanceType ?? "",
      imageId: described.ImageId ?? "",
      tags,
      podCidr: freePodRange(podCidr, new Set(instances.all.map((each) => each.podCidr))),
      state: "pending",
      lifecycle: "Pending",
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
      this.options.scaling.launched(instance);
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
    if (instance.state !== "terminating") instance.state = "stopped";
  }

  /** Pulls the plug for good: the group sees a terminated instance. */
  async destroy(instance: Instance): Promise<void> {
    await this.powerOff(instance);
    await this.terminate(instance);
  }

  /** EC2 announces that it takes a spot machine back, and does so when its notice is over. */
  interrupt(instance: Instance): void {
    const at = new Date(Date.now() + spotNoticeMs);
    instance.spotInterruption = { action: "terminate", time: at.toISOString().replace(/\.\d+/, "") };
    this.options.events.send(spotInterruption(instance.id));
    setTimeout(() => {
      if (instance.ended === true) return;
      this.destroy(instance).catch((error: unknown) => {
        this.fail(instance, error);
      });
    }, spotNoticeMs).unref();
  }

  private async terminate(instance: Instance): Promise<void> {
    await this.options.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.id] }));
    await this.reconcile();
  }

  /** A machine that reboots comes back; one that shut itself down is terminated, as its launch template asks. */
  private stopped(instance: Instance, reason: "off" | "halted" | "reboot"): void {
    if (instance.keepOff === true || instance.ended === true || reason === "off") return;
    const next = reason === "reboot" ? this.start(instance) : this.terminate(instance);
    next.catch((error: unknown) => {
      this.fail(instance, error);
    });
  }

  private async retire(instance: Instance): Promise<void> {
    const { instances, network, volumes, syncNetwork } = this.options;
    try {
      await instance.booting;
      if (instance.machine?.running === true) await instance.machine.halt(shutdownMs);
      await instance.machine?.destroy();
      await network.removePort(instance.id);
    } catch (error) {
      this.fail(instance, error);
    }
    instances.remove(instance.id);
    await syncNetwork();
    await volumes.reconcile();
  }

  private fail(instance: Instance, error: unknown): void {
    instance.state = "failed";
    instance.problem = error instanceof Error ? error.message : String(error);
    this.options.report(`${instance.name} (${instance.id}): ${instance.problem}`);
  }
}
