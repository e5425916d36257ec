/** Matches machines with EC2's instances: boots a machine for each new instance and removes those of terminated ones. */
import {
  DescribeInstancesCommand,
  type EC2Client,
  type Instance as Ec2Instance,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { messageOf } from "../../../cli/program";
import { freePodRange } from "../../machines/addresses";
import { Machine } from "../../machines/machine";
import type { Network } from "../../machines/network";
import { instanceName } from "../../services/dnsZones";
import { awsEndpoint, serviceAddresses } from "../../services/serviceAddresses";
import type { DeployedPlan } from "../../supervisor/deployedPlan";
import { machineFiles } from "../../supervisor/machineFiles";
import type { StatePaths } from "../../supervisor/statePaths";
import type { AutoScaling } from "../autoScaling/autoScaling";
import { type EventBridge, spotInterruption } from "../eventBridge";
import type { Instance, InstanceRegistry } from "./instance";
import type { LaunchTemplates } from "./launchTemplates";
import type { Volumes } from "./volumes";

/** Time for a clean shutdown of a terminated machine. EC2 allows minutes. */
const shutdownMs = 60_000;

/** Time between EC2's notice and the interruption of a spot instance. */
const spotNoticeMs = 120_000;

export interface MachineReconcilerOptions {
  readonly ec2: EC2Client;
  readonly deployed: Pick<DeployedPlan, "plan" | "inventory">;
  readonly paths: StatePaths;
  readonly instances: InstanceRegistry;
  readonly network: Network;
  readonly volumes: Volumes;
  readonly scaling: AutoScaling;
  readonly templates: LaunchTemplates;
  readonly events: EventBridge;
  /** Updates firewall, load balancers and DNS; runs before a new machine boots. */
  readonly syncNetwork: () => Promise<void>;
  readonly report: (message: string) => void;
}

export class MachineReconciler {
  constructor(private readonly options: MachineReconcilerOptions) {}

  /** Compares once and starts boots and shutdowns, which continue after it resolves. */
  async reconcile(): Promise<void> {
    const { instances, scaling, syncNetwork } = this.options;
    const alive = await this.living();
    const isAlive = ({ id }: Instance): boolean => alive.some(({ InstanceId }) => InstanceId === id);
    const gone = instances.all.filter((instance) => instance.terminated !== true && !isAlive(instance));
    // First, because a replacement takes the name of its predecessor.
    for (const instance of gone) {
      instance.terminated = true;
      scaling.onTerminated(instance);
    }
    const added: Instance[] = [];
    for (const one of alive) {
      if (instances.get(one.InstanceId ?? "") === undefined) added.push(await this.register(one));
    }
    if (added.length + gone.length > 0) await syncNetwork();
    for (const instance of added) instance.booting = this.boot(instance);
    for (const instance of gone) void this.removeMachine(instance);
  }

  private async living(): Promise<Ec2Instance[]> {
    const filter = { Name: "instance-state-name", Values: ["pending", "running", "stopped"] };
    const { Reservations = [] } = await this.options.ec2.send(new DescribeInstancesCommand({ Filters: [filter] }));
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }

  private async register(described: Ec2Instance): Promise<Instance> {
    const { instances, deployed, templates } = this.options;
    const { plan, inventory } = deployed;
    const { name: cluster, region, podCidr } = plan.cluster;
    const { InstanceId = "", SubnetId = "", PrivateIpAddress = "" } = described;
    const tags = Object.fromEntries((described.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
    const group = inventory.groups[tags["aws:autoscaling:groupName"] ?? ""];
    const subnet = inventory.subnets[SubnetId];
    if (group === undefined || subnet === undefined) {
      throw new Error(`instance ${InstanceId} belongs to no Auto Scaling group of the plan`);
    }
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
      privateDnsName: instanceName(PrivateIpAddress, region),
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
    const { network, volumes, paths } = this.options;
    const { plan } = this.options.deployed;
    const { id, address, subnet, podCidr } = instance;
    try {
      instance.startedAt = Date.now();
      instance.port = await network.addPort({
        name: id,
        addresses: [`${address}/${subnet.prefixLength}`],
        gateway: subnet.gateway,
        podCidr,
      });
      instance.machine = await Machine.create({
        id,
        directory: paths.machine(id),
        image: plan.image,
        containerdSeed: plan.containerdSeed,
        port: instance.port,
        nameserver: serviceAddresses.dns,
        environment: { AWS_ENDPOINT_URL: awsEndpoint },
        files: machineFiles(instance.privateDnsName, plan.ownPodNetwork ? undefined : podCidr),
      });
      instance.machine.onStop((reason) => {
        this.onStop(instance, reason);
      });
      await this.start(instance);
      this.options.scaling.onLaunched(instance);
      await volumes.reconcile();
    } catch (error) {
      this.fail(instance, error);
    }
  }

  /** Powers on an instance's machine. */
  async start(instance: Instance): Promise<void> {
    instance.poweredOff = false;
    instance.bootedAt = Date.now();
    await instance.machine?.start();
    // It may have become `terminating` during the boot.
    if (instance.state !== "terminating") instance.state = "running";
  }

  /** Cuts the power of an instance's machine. The instance stays, so its group does not replace it. */
  async powerOff(instance: Instance): Promise<void> {
    instance.poweredOff = true;
    await instance.machine?.powerOff();
    if (instance.state !== "terminating") instance.state = "stopped";
  }

  /** Cuts the power and terminates the instance, so that its group replaces it. */
  async destroy(instance: Instance): Promise<void> {
    await this.powerOff(instance);
    await this.terminate(instance);
  }

  /** Announces the interruption of a spot instance and terminates it two minutes later. */
  interrupt(instance: Instance): void {
    const at = new Date(Date.now() + spotNoticeMs);
    instance.spotInterruption = { action: "terminate", time: at.toISOString().replace(/\.\d+/, "") };
    this.options.events.send(spotInterruption(instance.id));
    setTimeout(() => {
      if (instance.terminated === true) return;
      this.destroy(instance).catch((error: unknown) => {
        this.fail(instance, error);
      });
    }, spotNoticeMs).unref();
  }

  private async terminate(instance: Instance): Promise<void> {
    await this.options.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.id] }));
    await this.reconcile();
  }

  /** Restarts a machine that reboots; terminates the instance of one that shut itself down, as its launch template says. */
  private onStop(instance: Instance, reason: "off" | "halted" | "reboot"): void {
    if (instance.poweredOff === true || instance.terminated === true || reason === "off") return;
    const next = reason === "reboot" ? this.start(instance) : this.terminate(instance);
    next.catch((error: unknown) => {
      this.fail(instance, error);
    });
  }

  private async removeMachine(instance: Instance): Promise<void> {
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
    instance.problem = messageOf(error);
    this.options.report(`${instance.name} (${instance.id}): ${instance.problem}`);
  }
}
