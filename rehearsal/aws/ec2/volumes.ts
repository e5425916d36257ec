/** EBS volumes: sparse files that are attached to machines as the API says. */
import { existsSync } from "node:fs";
import { stat, truncate } from "node:fs/promises";
import { DescribeVolumesCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { messageOf } from "../../../cli/program";
import { createBackingFile, growBackingFile } from "../../machines/loopDevices";
import { SerialQueue } from "../../serialQueue";
import type { Instance, InstanceRegistry } from "./instance";

const gibibyte = 2 ** 30;
/** Root device that moto gives every instance; machines have an overlay instead. */
const rootDevice = "/dev/sda1";

/** Attachment of a volume other than the root device. */
interface Attachment {
  readonly volumeId: string;
  readonly instanceId: string;
  readonly sizeGiB: number;
}

export interface VolumesOptions {
  readonly ec2: EC2Client;
  readonly instances: InstanceRegistry;
  /** Path of a volume's file. */
  readonly file: (volumeId: string) => string;
  readonly report: (problem: string) => void;
}

export class Volumes {
  readonly #queue = new SerialQueue();

  constructor(private readonly options: VolumesOptions) {}

  /** Attaches and detaches devices as the API says. A device that is in use is detached by a later run. */
  reconcile(): Promise<void> {
    return this.#queue.run(() => this.matchDevices());
  }

  private async matchDevices(): Promise<void> {
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
      const bytes = sizeGiB * gibibyte;
      if (machine?.devices.some((device) => device.name === name) === true) {
        await machine.growDevice(name, bytes).catch(this.report);
        continue;
      }
      if (machine === undefined) continue;
      // A later run attaches it, when the machine that still uses it is gone.
      if (this.attachedTo(volumeId) !== undefined) continue;
      const backing = this.options.file(volumeId);
      if (existsSync(backing)) await growBackingFile(backing, bytes);
      else await createBackingFile(backing, bytes);
      await machine.attachDevice({ name, backing }).catch(this.report);
    }
  }

  /** Id of the instance whose machine has the volume attached. */
  attachedTo(volumeId: string): string | undefined {
    const name = deviceName(volumeId);
    const hasDevice = ({ machine }: Instance) => machine?.devices.some((device) => device.name === name);
    return this.options.instances.all.find(hasDevice)?.id;
  }

  /** Empties the volumes of a powered-off machine, as if each were lost and replaced. */
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
    this.options.report(messageOf(error));
  };
}

/** Path of a volume below /dev, as udev's rules for NVMe disks create it on EC2. */
function deviceName(volumeId: string): string {
  return `disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
}
