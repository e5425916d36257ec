import type { ClusterSpec } from "../../clusterSpec";
import type { Finding, SettingPath } from "../../settings/problems";
import { finding } from "../../settings/problems";
import { formatQuantity, parseQuantity, wholeUnits } from "../../tenancy/quantity.plan";
import type { Unit } from "../../tenancy/quantity.plan";
import { poolKubelet, reservedMemoryOf, withDefaults } from "./effective.plan";

interface Reservation {
  readonly resource: "cpu" | "memory" | "ephemeral-storage";
  readonly reserved: bigint | undefined;
  /** Amount that the smallest machine of the pool has. */
  readonly available: number | undefined;
  readonly unit: Unit;
  /** Setting of the amount. */
  readonly source: SettingPath;
}

const bytesInGiB = 1024 ** 3;

/**
 * kubelet exits if it reserves more than the machine has. The settings state the amounts of the disk, and of machines with
 * `requirements`; instance types do not.
 */
export function* checkReservations(
  spec: ClusterSpec,
  name: string,
  pathOf: (field: SettingPath) => SettingPath,
): Iterable<Finding> {
  const settings = poolKubelet(spec, name);
  for (const { resource, reserved, available, unit, source } of reservationsOf(spec, name)) {
    if (reserved === undefined || available === undefined || reserved < wholeUnits(available)) continue;
    const field: SettingPath = [
      settings.kubeReserved?.[resource] === undefined ? "systemReserved" : "kubeReserved",
      resource,
    ];
    const message = `all reservations of ${resource} are ${formatQuantity(reserved, unit)}, but a machine may have only ${formatQuantity(wholeUnits(available), unit)}; write less`;
    yield finding(pathOf(field), message, [
      ["workers", name, ...source],
      ["nodes", "kubelet"],
      ["workers", name, "kubelet"],
    ]);
  }
}

function reservationsOf(spec: ClusterSpec, name: string): readonly Reservation[] {
  const settings = poolKubelet(spec, name);
  const { systemReserved, kubeReserved } = withDefaults(settings);
  const pool = spec.workers[name];
  const sum = (resource: "cpu" | "ephemeral-storage"): bigint =>
    [systemReserved[resource], kubeReserved[resource]].reduce(
      (all, text) => all + (parseQuantity(text ?? "") ?? 0n),
      0n,
    );
  const { vcpus, memoryGiB } = pool?.requirements ?? {};
  const size = (gib: number | undefined): number | undefined => (gib === undefined ? undefined : gib * bytesInGiB);
  return [
    { resource: "cpu", reserved: sum("cpu"), available: vcpus?.min, unit: "cores", source: ["requirements", "vcpus"] },
    {
      resource: "memory",
      reserved: reservedMemoryOf(settings),
      available: size(memoryGiB?.min),
      unit: "bytes",
      source: ["requirements", "memoryGiB"],
    },
    {
      resource: "ephemeral-storage",
      reserved: sum("ephemeral-storage"),
      available: size(pool?.rootVolume.sizeGiB),
      unit: "bytes",
      source: ["rootVolume", "sizeGiB"],
    },
  ];
}
