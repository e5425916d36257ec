import type { Plain } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule, Violated } from "../core/rule";

/** Disk: a volume, or a disk of a launch template. */
export interface Disk {
  readonly type?: string | undefined;
  readonly size?: number | undefined;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly encrypted?: boolean | undefined;
}

interface Located {
  readonly disk: Disk;
  /** Path of a property of the disk. */
  readonly path: (property: keyof Disk) => string;
}

type Violation = readonly [property: keyof Disk, message: string] | undefined;

const gp3 = `${guides.ebs}/general-purpose.html`;
const createVolume = `${guides.ec2Api}/API_CreateVolume.html`;

/** Performance of a gp3 disk without settings. */
const baseline = { iops: 3000, throughput: 125 };

interface DiskRule {
  readonly id: string;
  readonly sentence: string;
  readonly source: string;
  readonly code: string;
  readonly find: (disk: Disk) => Violation;
}

const disks: readonly DiskRule[] = [
  {
    id: "size",
    sentence: "A gp3 disk has 1 to 65,536 GiB.",
    source: gp3,
    code: "InvalidParameterValue",
    find: ({ size }) =>
      size === undefined || (Number.isInteger(size) && size >= 1 && size <= 65_536)
        ? undefined
        : ["size", `Volume of ${size}GiB is invalid; a gp3 volume has 1 to 65536 GiB`],
  },
  {
    id: "iops",
    sentence: "A gp3 disk has 3,000 to 80,000 IOPS.",
    source: gp3,
    code: "InvalidParameterValue",
    find: ({ iops }) =>
      iops === undefined || (iops >= baseline.iops && iops <= 80_000)
        ? undefined
        : ["iops", `Volume iops of ${iops} is out of range; a gp3 volume has 3000 to 80000`],
  },
  {
    id: "iops-per-size",
    sentence: "A gp3 disk with more than 3,000 IOPS has at most 500 IOPS per GiB.",
    source: gp3,
    code: "InvalidParameterValue",
    find: ({ iops = baseline.iops, size }) =>
      size === undefined || iops <= baseline.iops || iops <= 500 * size
        ? undefined
        : ["iops", `Iops to volume size ratio of ${(iops / size).toFixed(1)} is too high; maximum is 500`],
  },
  {
    id: "throughput",
    sentence: "A gp3 disk has 125 to 2,000 MiB/s.",
    source: gp3,
    code: "InvalidParameterValue",
    find: ({ throughput }) =>
      throughput === undefined || (throughput >= baseline.throughput && throughput <= 2000)
        ? undefined
        : ["throughput", `Volume throughput of ${throughput} is out of range; a gp3 volume has 125 to 2000 MiB/s`],
  },
  {
    id: "throughput-per-iops",
    sentence: "A gp3 disk has at most 0.25 MiB/s per IOPS.",
    source: gp3,
    code: "InvalidParameterValue",
    find: ({ throughput = baseline.throughput, iops = baseline.iops }) =>
      throughput <= iops / 4
        ? undefined
        : [
            "throughput",
            `Throughput (MiBps) to iops ratio of ${(throughput / iops).toFixed(3)} is too high; maximum is 0.250`,
          ],
  },
  {
    id: "throughput-only-gp3",
    sentence: "Only gp3 disks have a throughput setting.",
    source: createVolume,
    code: "InvalidParameterCombination",
    find: ({ throughput, type }) =>
      throughput === undefined || type === "gp3"
        ? undefined
        : ["throughput", `The parameter throughput is not supported for ${type ?? "gp2"} volumes`],
  },
  {
    id: "key-needs-encryption",
    sentence: "A disk with a KMS key is encrypted.",
    source: createVolume,
    code: "InvalidParameterDependency",
    find: ({ kmsKeyId, encrypted }) =>
      kmsKeyId === undefined || encrypted === true
        ? undefined
        : ["kmsKeyId", "The parameter KmsKeyId requires the parameter Encrypted to be set."],
  },
];

/** Rules of the disks of a resource. */
export const diskRules = <Args>(
  prefix: string,
  disksOf: (inputs: Plain<Args>) => readonly Located[],
): readonly Rule<Args>[] =>
  disks.map(({ id, find, ...rule }) => ({
    ...rule,
    id: `${prefix}-disk-${id}`,
    check({ inputs }: { inputs: Plain<Args> }, violated: Violated) {
      for (const { disk, path } of disksOf(inputs)) {
        const violation = find(disk);
        if (violation !== undefined) violated(path(violation[0]), violation[1]);
      }
    },
  }));
