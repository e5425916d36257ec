import { existsSync, readFileSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { cgroupProcesses, findCgroups, removeCgroups, thaw } from "./cgroups";
import { setTimeout as sleep } from "node:timers/promises";
import { listLoopDevices, releaseLoops } from "./loopDevices";
import { Machine } from "./machine";
import { namespacePath, removeNamespaces } from "./namespaces";
import { launcherProcesses } from "./launcher";
import { allProcesses, killProcess, readText, withAncestors } from "./processes";
import { routerName } from "./ports";

/**
 * Removes all machines and network namespaces of a rehearsal's state directory, however they were left: processes, cgroups,
 * namespaces, loop devices. Keeps backing files and the directory. May run twice, and from within the rehearsal's own
 * namespace: spares this process and its ancestors.
 */
export async function destroyEverything(directory: string): Promise<void> {
  const root = resolve(directory);
  const failures: unknown[] = [];
  // First the processes that could boot machines: the supervisor and its services run in the router's namespace.
  await killAll(() => inNamespaces([routerName(root)]));
  for (const machine of findMachines(root)) {
    try {
      await (await Machine.open(machine))?.destroy();
    } catch (error) {
      // The sweep below removes what is left of a damaged machine.
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
  if (left.length > 0) throw new AggregateError(failures, `could not remove everything of ${root}: ${left.join("; ")}`);
}

/** Remains of a rehearsal outside its directory, one per line. Empty after a clean end. */
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

/** Directories of machines below a directory, down to `depth`. */
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

/** Mounts in this process's mount namespace. */
function ourMounts(root: string): string[] {
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "");
  return points.filter((point) => point.startsWith(`${root}/`));
}

/** Processes in the machines' cgroups and our network namespaces, and launchers on the host. */
function ourProcesses(root: string): number[] {
  const found = new Set([
    ...ourCgroups(root).flatMap(cgroupProcesses),
    ...launcherProcesses((machine) => machine.startsWith(`${root}/`)),
    ...inNamespaces(ourNamespaces(root)),
  ]);
  const spared = withAncestors(process.pid);
  return [...found].filter((pid) => !spared.has(pid));
}

/** Processes in named network namespaces, except this one and its ancestors. */
function inNamespaces(names: readonly string[]): number[] {
  const spared = withAncestors(process.pid);
  const wanted = new Set(
    names.flatMap((name) => {
      const file = statSync(namespacePath(name), { throwIfNoEntry: false });
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

/** Kills until no process is left, because one may start another while the list is read. */
async function killAll(list: () => number[]): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const pids = list();
    if (pids.length === 0) return;
    for (const pid of pids) killProcess(pid);
    await sleep(20);
  }
}
