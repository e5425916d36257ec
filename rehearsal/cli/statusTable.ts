/** Status of a rehearsal as text. Pure. */
import { alignColumns } from "../../cli/columns";
import type { MachineStatus, RehearsalStatus } from "../supervisor/status";
import type { DroppedFlow } from "../machines/types";

/** One aligned line per machine, cut to `width`. */
export function machineTable(machines: readonly MachineStatus[], width = Infinity): string[] {
  const rows = machines.map(({ name, zone, address, stage, readyAfter, problem }) => [
    name,
    zone,
    address,
    readyAfter === undefined ? "" : `${readyAfter.toFixed(1)} s`,
    problem === undefined ? stage : `${stage}: ${problem}`,
  ]);
  return alignColumns(rows).map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line));
}

/** Changes between two statuses, one per line, for output without a terminal. */
export function stageChanges(before: RehearsalStatus | undefined, after: RehearsalStatus): string[] {
  const earlier = new Map(before?.machines.map((machine) => [machine.id, machine]));
  const changes = after.machines
    .filter((machine) => earlier.get(machine.id)?.stage !== machine.stage)
    .map(
      ({ name, stage, readyAfter }) => `${name}: ${stage}${readyAfter === undefined ? "" : ` after ${readyAfter} s`}`,
    );
  const known = new Set(before?.problems);
  return [
    ...changes,
    ...after.problems.filter((problem) => !known.has(problem)).map((problem) => `problem: ${problem}`),
  ];
}

export function describeStatus(status: RehearsalStatus, dropped: readonly DroppedFlow[]): string[] {
  const { id, stack, phase, machines, problems, ready } = status;
  return [
    `rehearsal ${id} of stack ${stack}: ${ready ? "all machines ready" : phase}`,
    ...machineTable(machines).map((line) => `  ${line}`),
    ...problems.map((problem) => `  problem: ${problem}`),
    ...describeDropped(dropped, machines).map((line) => `  ${line}`),
  ];
}

/** Flows that no security group accepted. On AWS, they would also hang. */
export function describeDropped(flows: readonly DroppedFlow[], machines: readonly MachineStatus[]): string[] {
  const names = new Map(machines.map(({ address, name }) => [address, name]));
  const named = (address: string): string => names.get(address) ?? address;
  return flows.map(
    ({ direction, source, destination, protocol, port, packets }) =>
      `dropped (${direction}): ${named(source)} to ${named(destination)}, ${protocol} ${port}, ${packets} packets`,
  );
}
