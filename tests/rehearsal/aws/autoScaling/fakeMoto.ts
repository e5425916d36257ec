/** Groups and instances as moto keeps them: sizes and launches, but no lifecycle states. */
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { AutoScaling } from "../../../../rehearsal/aws/autoScaling/autoScaling";
import type { Instance, InstanceRegistry } from "../../../../rehearsal/aws/ec2/instance";
import type { Group } from "../../../../rehearsal/aws/resources/inventory";

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Record<string, unknown>;
}

export class FakeMoto {
  min = 0;
  max = 10;
  desired = 0;
  version = "1";
  hooks: Record<string, unknown>[] = [];
  readonly attached: string[] = [];
  readonly running: string[] = [];
  readonly protected = new Set<string>();
  #launched = 0;

  constructor(readonly name: string) {}

  get autoScaling(): AutoScalingClient {
    return { send: (command: Command) => Promise.resolve(this.answer(command)) } as unknown as AutoScalingClient;
  }

  get ec2(): EC2Client {
    return { send: (command: Command) => Promise.resolve(this.answer(command)) } as unknown as EC2Client;
  }

  private answer({ constructor: { name }, input }: Command): unknown {
    const action = name.replace(/Command$/, "");
    switch (action) {
      case "DescribeAutoScalingGroups":
        return { AutoScalingGroups: this.named(input.AutoScalingGroupNames) ? [this.described()] : [] };
      case "DescribeLifecycleHooks":
        return { LifecycleHooks: this.hooks };
      case "SetDesiredCapacity":
        this.desired = Number(input.DesiredCapacity);
        this.fill();
        return {};
      case "UpdateAutoScalingGroup":
        this.min = Number(input.MinSize ?? this.min);
        this.max = Number(input.MaxSize ?? this.max);
        this.desired = Number(input.DesiredCapacity ?? this.desired);
        this.version = (input.LaunchTemplate as { Version?: string } | undefined)?.Version ?? this.version;
        this.fill();
        return {};
      case "DetachInstances":
        for (const id of input.InstanceIds as string[]) this.attached.splice(this.attached.indexOf(id), 1);
        if (input.ShouldDecrementDesiredCapacity === true) this.desired -= 1;
        this.fill();
        return {};
      case "TerminateInstances":
        for (const id of input.InstanceIds as string[]) this.running.splice(this.running.indexOf(id), 1);
        return {};
      default:
        throw new Error(`unexpected action ${action}`);
    }
  }

  private named(names: unknown): boolean {
    return names === undefined || (names as string[]).includes(this.name);
  }

  private fill(): void {
    while (this.attached.length < this.desired) {
      this.#launched += 1;
      this.attached.push(`i-${this.#launched}`);
      this.running.push(`i-${this.#launched}`);
    }
  }

  private described(): unknown {
    return {
      AutoScalingGroupName: this.name,
      MinSize: this.min,
      MaxSize: this.max,
      DesiredCapacity: this.desired,
      HealthCheckGracePeriod: 60,
      LaunchTemplate: { LaunchTemplateId: "lt-1", LaunchTemplateName: "t", Version: this.version },
      Instances: this.attached.map((id) => ({
        InstanceId: id,
        LifecycleState: "InService",
        ProtectedFromScaleIn: this.protected.has(id),
      })),
    };
  }

  /** Registers new instances and removes terminated ones, like the machine reconciler. */
  reconcile(instances: InstanceRegistry, scaling: AutoScaling): void {
    for (const instance of instances.all) {
      if (this.running.includes(instance.id)) continue;
      instance.terminated = true;
      scaling.onTerminated(instance);
      instances.remove(instance.id);
    }
    for (const id of this.running.filter((each) => instances.get(each) === undefined)) {
      const instance = {
        ...{ id, name: id, group: { name: this.name } as Group, instanceType: "m6i.large", launchedAt: Date.now() },
        subnet: { zone: "eu-central-1a" },
        template: { id: "lt-1", name: "t", version: this.version },
        ...{ state: "running", lifecycle: "Pending" },
      } as unknown as Instance;
      instances.add(instance);
      scaling.onLaunched(instance);
    }
  }
}
