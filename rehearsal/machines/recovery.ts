import { existsSync, readFileSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { cgroupProcesses, findCgroups, removeCgroups, thaw } from "./cgroups";
import { sleep } from "../command";
import { listLoopDevices, releaseLoops } from "./loopDevices";
import { openMachine } from "./machine";
import { removeNamespaces } from "./namespaces";
import { launcherProcesses } from "./launcher";
import { allProcesses, killProcess, readText, withAncestors } from "./processes";
import { routerName } from "./ports";

/**
 * Removes every machine and wire that was made below a rehearsal's state directory, whoever made it and however it ended:
 * processes, cgroups, network namespaces, loop devices. Backing files and the directory itself stay. Safe to run twice, and
 * from within the rehearsal's own namespace: this process and those that started it are spared.
 */
export async function destroyEverything(directory: string): Promise<void> {
  const root = resolve(directory);
  const failures: unknown[] = [];
  // First who might boot machines anew: the supervisor and its services run in the router's namespace.
  await killAll(() => inNamespaces([routerName(root)]));
  for (const machine of findMachines(root)) {
    try {
      await (await openMachine(machine))?.destroy();
    } catch (error) {
      // What a damaged machine keeps is swept up below.
      failures.push(error);
    }
  }
  await killAll(() => {
    thaw(ourCgroups(root));
    return ourProcesses(root);
  });
  for (const { backing } of await ourLoops(root)) await releaseLoops(backing);
  await removeCgroups(ourCgroups(root));
  await removeNamespaces(ourNamespaces(root));
  const left = await leftovers(root);
  if (left.length > 0) throw new AggregateError(failures, `${root} is not all gone: ${left.join("; ")}`);
}

/** What still exists of a rehearsal's machines and wires outside its directory, one line each. Empty after a clean end. */
export async function leftovers(directory: string): Promise<string[]> {
  const root = resolve(directory);
  return [
    ...ourNamespaces(root).map((name) => `network namespace ${name}`),
    ...ourCgroups(root).map((path) => `cgroup ${path}`),
    ...(await ourLoops(root)).map(({ index, backing }) => `loop device ${index} on ${backing}`),
    ...ourMounts(root).map((point) => `mount ${point}`),
    ...ourProcesses(root).map((pid) => `process ${pid} (${readText(`/proc/${pid}/comm`).trim()})`),
  ];
}

/** Directories of machines below a directory, however deep the caller put them (not within a machine's own tree). */
function findMachines(directory: string, depth = 4): string[] {
  if (existsSync(join(directory, "machine.json"))) return [directory];
  if (depth === 0 || !existsSync(directory)) return [];
  const entries = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.flatMap((entry) => findMachines(join(directory, entry.name), depth - 1));
}

function ourNames(root: string): RegExp {
  return new RegExp(`^${routerName(root)}(-\\d+)?$`);
}

function ourNamespaces(root: string): string[] {
  const names = existsSync("/run/netns") ? readdirSync("/run/netns") : [];
  return names.filter((name) => ourNames(root).test(name));
}

const ourCgroups = (root: string): string[] => findCgroups((name) => ourNames(root).test(name));

async function ourLoops(root: string): Promise<{ index: number; backing: string }[]> {
  const devices = (await listLoopDevices()).map((d) => ({ ...d, backing: d.backing.replace(/ \(deleted\)$/, "") }));
  return devices.filter(({ backing }) => backing.startsWith(`${root}/`));
}

/** Mounts that are visible in this process's mount namespace; network namespaces' own are told apart by `ourNamespaces`. */
function ourMounts(root: string): string[] {
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "");
  return points.filter((point) => point.startsWith(`${root}/`));
}

/** Processes in the machines' cgroups, in our network namespaces, and launchers on the host. */
function ourProcesses(root: string): number[] {
  const found = new Set([
    ...ourCgroups(root).flatMap(cgroupProcesses),
    ...launcherProcesses((machine) => machine.startsWith(`${root}/`)),
    ...inNamespaces(ourNamespaces(root)),
  ]);
  const spared = withAncestors(process.pid);
  return [...found].filter((pid) => !spared.has(pid));
}

/** Processes in named network namespaces, but for this one and those that started it. */
function inNamespaces(names: readonly string[]): number[] {
  const spared = withAncestors(process.pid);
  const wanted = new Set(
    names.flatMap((name) => {
      const file = statSync(`/run/netns/${name}`, { throwIfNoEntry: false });
      return file === undefined ? [] : [`net:[${file.ino}]`];
    }),
  );
  return allProcesses().filter((pid) => wanted.has(networkNamespace(pid)) && !spared.has(pid));
}

function networkNamespace(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return "";
  }
}

/** Kills until none is left: one may start another while the list is read. */
async function killAll(list: () => number[]): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const pids = list();
    if (pids.length === 0) return;
    for (const pid of pids) killProcess(pid);
    await sleep(20);
  }
}
