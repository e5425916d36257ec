/** EBS: every volume is a sparse file, and a machine has plugged in what its instance has attached. */
import { existsSync } from "node:fs";
import { stat, truncate } from "node:fs/promises";
import { DescribeVolumesCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { makeBackingFile } from "../../machines/loopDevices";
import type { Instance, InstanceRegistry } from "./instance";

const gibibyte = 2 ** 30;
/** Device of the root disk that moto gives every instance; its machine has an overlay instead. */
const rootDevice = "/dev/sda1";

/** A volume attached to an instance, its root disk aside. */
export interface Attachment {
  readonly volumeId: string;
  readonly instanceId: string;
  readonly sizeGiB: number;
}

export interface VolumesOptions {
  readonly ec2: EC2Client;
  readonly instances: InstanceRegistry;
  /** File of a volume. */
  readonly file: (volumeId: string) => string;
  readonly report: (problem: string) => void;
}

export class Volumes {
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly options: VolumesOptions) {}

  /** Brings every machine's devices in line, one run after another. A device that is in use stays until the next time. */
  reconcile(): Promise<void> {
    this.#last = this.#last.then(
      () => this.bringInLine(),
      () => this.bringInLine(),
    );
    return this.#last;
  }

  private async bringInLine(): Promise<void> {
    const wanted = await this.attachments();
    for (const { id, machine } of this.options.instances.all) {
      if (machine === undefined) continue;
      const here = wanted.filter(({ instanceId }) => instanceId === id);
      const names = new Set(here.map(({ volumeId }) => deviceName(volumeId)));
      for (const { name } of machine.devices) {
        if (!names.has(name)) await machine.detachDevice(name).catch(this.report);
      }
    }
    for (const { volumeId, instanceId, sizeGiB } of wanted) {
      const machine = this.options.instances.get(instanceId)?.machine;
      const name = deviceName(volumeId);
      if (machine === undefined || machine.devices.some((device) => device.name === name)) continue;
      // still in the machine that gives it up: its turn comes when that one is gone
      if (this.holder(volumeId) !== undefined) continue;
      const backing = this.options.file(volumeId);
      if (!existsSync(backing)) await makeBackingFile(backing, sizeGiB * gibibyte);
      await machine.attachDevice({ name, backing }).catch(this.report);
    }
  }

  /** Instance whose machine has the volume plugged in. */
  holder(volumeId: string): string | undefined {
    const name = deviceName(volumeId);
    return this.options.instances.all.find(({ machine }) => machine?.devices.some((device) => device.name === name))
      ?.id;
  }

  /** Ends what a powered-off machine's volumes hold, as if each were lost and an empty one had come in its place. */
  async blank({ machine }: Instance): Promise<void> {
    for (const { backing } of machine?.devices ?? []) {
      const { size } = await stat(backing);
      await truncate(backing, 0);
      await truncate(backing, size);
    }
  }

  private async attachments(): Promise<Attachment[]> {
    const filter = { Name: "attachment.status", Values: ["attached"] };
    const { Volumes: volumes = [] } = await this.options.ec2.send(new DescribeVolumesCommand({ Filters: [filter] }));
    return volumes.flatMap(({ VolumeId = "", Size = 1, Attachments = [] }) =>
      Attachments.filter(({ Device }) => Device !== rootDevice).map(({ InstanceId = "" }) => ({
        volumeId: VolumeId,
        instanceId: InstanceId,
        sizeGiB: Size,
      })),
    );
  }

  private readonly report = (error: unknown): void => {
    this.options.report(error instanceof Error ? error.message : String(error));
  };
}

/** Path below /dev of a volume: what udev's rules for NVMe disks make on EC2. */
export function deviceName(volumeId: string): string {
  return `disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
}
