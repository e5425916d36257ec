import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, join, posix } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withAncestors } from "./processes";

/** Cgroup hierarchy of this process. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** Mount options in a machine: `memory`, `cpu,cpuacct`, `name=systemd`; `unified` for version 2. */
  readonly options: string;
  readonly mountPoint: string;
  /** Directory of this process's cgroup. */
  readonly current: string;
}

/**
 * Hierarchies in which a machine needs a cgroup, from the texts of /proc/self/cgroup and /proc/self/mountinfo: the one of
 * version 2, or on a host with version 1 controllers all that are mounted. On a hybrid host, these include version 2: systemd
 * uses it if it is mounted, and must not use that of the host.
 * @throws if no usable hierarchy is mounted
 */
export function findHierarchies(procCgroup: string, mountinfo: string): Hierarchy[] {
  const mounts = parseMounts(mountinfo);
  const found: Hierarchy[] = [];
  for (const line of procCgroup.split("\n")) {
    const [, id, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (id === undefined || controllers === undefined || path === undefined) continue;
    const version = id === "0" && controllers === "" ? 2 : 1;
    const wanted = controllers.split(",");
    const mount = mounts.find(
      (m) =>
        m.version === version &&
        (version === 2 || wanted.every((name) => m.options.includes(name))) &&
        isBelow(path, m.root),
    );
    if (mount === undefined) continue;
    const current = posix.join(mount.point, posix.relative(mount.root, path));
    found.push({ version, options: version === 2 ? "unified" : controllers, mountPoint: mount.point, current });
  }
  const hasMemory = (h: Hierarchy): boolean => h.version === 1 && h.options.split(",").includes("memory");
  if (found.some(hasMemory)) return found;
  const second = found.find((hierarchy) => hierarchy.version === 2);
  if (second === undefined) {
    throw new Error(
      "no cgroup hierarchy is mounted under /sys/fs/cgroup, but systemd and kubelet need one: mount cgroup2",
    );
  }
  return [second];
}

interface CgroupMount {
  version: 1 | 2;
  options: string[];
  root: string;
  point: string;
}

function parseMounts(mountinfo: string): CgroupMount[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [before, after] = line.split(" - ");
    const [, , , root, point] = (before ?? "").split(" ");
    const [type, , options] = (after ?? "").split(" ");
    if (root === undefined || point === undefined || (type !== "cgroup" && type !== "cgroup2")) return [];
    return [{ version: type === "cgroup2" ? 2 : 1, options: (options ?? "").split(","), root, point } as const];
  });
}

/** In a container with the host's cgroup namespace, a mount's root may lie beside the process's own path. */
function isBelow(path: string, root: string): boolean {
  return root === "/" || path === root || path.startsWith(`${root}/`);
}

/** A machine's cgroups: paths on the host, and the options with which the machine mounts them. */
export interface MachineCgroups {
  readonly version: 1 | 2;
  readonly entries: readonly { readonly options: string; readonly path: string }[];
}

/** Version 2 controllers that kubelet needs; those that the host does not delegate are skipped. */
const wantedControllers = ["cpuset", "cpu", "io", "memory", "pids"];

export function hostHierarchies(): Hierarchy[] {
  return findHierarchies(readFileSync("/proc/self/cgroup", "utf8"), readFileSync("/proc/self/mountinfo", "utf8"));
}

/** Creates a machine's cgroup in every hierarchy, below this process's own. */
export function createCgroups(name: string, hierarchies: readonly Hierarchy[] = hostHierarchies()): MachineCgroups {
  const version = cgroupVersion(hierarchies);
  const entries = hierarchies.map((hierarchy) => {
    const parent = version === 2 ? delegatedParent(hierarchy.current) : hierarchy.current;
    const path = join(parent, name);
    mkdirSync(path, { recursive: true });
    if (hierarchy.options.split(",").includes("cpuset")) {
      // A new version 1 cpuset is empty and accepts no process until it has processors and memory nodes.
      for (const file of ["cpuset.cpus", "cpuset.mems"]) {
        writeFileSync(join(path, file), readFileSync(join(parent, file), "utf8"));
      }
      writeFileSync(join(path, "cgroup.clone_children"), "1");
    }
    return { options: hierarchy.options, path };
  });
  return { version, entries };
}

/** Version that has the controllers. */
const cgroupVersion = (hierarchies: readonly Hierarchy[]): 1 | 2 => (hierarchies.some((h) => h.version === 1) ? 1 : 2);

/** Leaf cgroup of this process once its former cgroup delegates controllers to machines (version 2). */
const leafName = "hf-supervisor";

/**
 * Version 2 cgroup for the machines' cgroups, with its controllers delegated. A cgroup that delegates controllers must not
 * contain processes, so its processes move to a leaf beside the machines first. Under systemd it must be a scope of our own
 * (`supervisorCommand`): rejects if it contains foreign processes. A container may use its only cgroup.
 */
function delegatedParent(current: string): string {
  const parent = current.endsWith(`/${leafName}`) ? current.slice(0, -leafName.length - 1) : current;
  const available = readWords(join(parent, "cgroup.controllers"));
  const missing = wantedControllers.filter((name) => available.includes(name) && !delegated(parent).includes(name));
  if (missing.length === 0) return parent;
  const request = missing.map((name) => `+${name}`).join(" ");
  const control = join(parent, "cgroup.subtree_control");
  try {
    writeFileSync(control, request);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
    const processes = readWords(join(parent, "cgroup.procs"));
    const ours = withAncestors(process.pid);
    const foreign = processes.filter((pid) => !ours.has(Number(pid)));
    if (hasSystemd() && foreign.length > 0) {
      throw new Error(
        `cgroup ${parent} contains foreign processes ${foreign.join(" ")}, so it cannot contain machines: ` +
          `start the command with ${scope.join(" ")}`,
      );
    }
    const leaf = join(parent, leafName);
    mkdirSync(leaf, { recursive: true });
    for (const pid of processes) writeControl(join(leaf, "cgroup.procs"), pid);
    writeFileSync(control, request);
  }
  return parent;
}

const delegated = (cgroup: string): string[] => readWords(join(cgroup, "cgroup.subtree_control"));

/** Writes to a cgroup file, unless the process or the cgroup has ended in the meantime. */
export function writeControl(file: string, content: string): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    if (!["ESRCH", "ENOENT", "ENODEV"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

function readWords(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split(/\s+/)
      .filter((word) => word !== "");
  } catch {
    return [];
  }
}

/** Starts a supervisor in a delegated systemd scope on a version 2 host with systemd; elsewhere returns `argv`. */
export function supervisorCommand(
  argv: readonly string[],
  hierarchies = hostHierarchies(),
  managed = hasSystemd(),
): string[] {
  return cgroupVersion(hierarchies) === 2 && managed ? [...scope, "--", ...argv] : [...argv];
}

const scope = ["systemd-run", "--scope", "--quiet", "--collect", "--property=Delegate=yes"];

const hasSystemd = (): boolean => existsSync("/run/systemd/system");

/** Cgroups with a matching name, in every mounted hierarchy and at any depth. */
export function findCgroups(isWanted: (name: string) => boolean): string[] {
  return hostHierarchies().flatMap(({ mountPoint }) =>
    withChildren(mountPoint, isWanted).filter((path) => isWanted(basename(path))),
  );
}

/** Processes in a cgroup and below it. */
export function cgroupProcesses(path: string): number[] {
  return withChildren(path).flatMap((directory) => readWords(join(directory, "cgroup.procs")).map(Number));
}

/**
 * Thaws frozen processes (version 1 only). There a frozen process does not even die of SIGKILL, and container runtimes
 * briefly freeze containers whenever they update their limits.
 */
export function thaw(paths: readonly string[]): void {
  for (const directory of paths.flatMap((path) => withChildren(path))) {
    const state = join(directory, "freezer.state");
    if (readWords(state).some((word) => word !== "THAWED")) writeControl(state, "THAWED");
  }
}

/** Removes cgroups with their descendants. Waits up to `timeoutMs` for dying processes, then rejects. */
export async function removeCgroups(paths: readonly string[], timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (const path of paths) {
    for (;;) {
      const failure = removeTree(path);
      if (failure === undefined) break;
      if (Date.now() > deadline) {
        throw new Error(`cgroup ${path} cannot be removed (${failure}): processes ${cgroupProcesses(path).join(" ")}`);
      }
      await sleep(20);
    }
  }
}

function removeTree(path: string): string | undefined {
  for (const directory of withChildren(path).reverse()) {
    try {
      rmdirSync(directory);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unknown";
      if (code !== "ENOENT") return code;
    }
  }
  return undefined;
}

/** A cgroup directory and its descendants, parents first. Does not descend below directories for which `stop` is true. */
function withChildren(path: string, stop: (name: string) => boolean = () => false): string[] {
  if (!existsSync(path)) return [];
  try {
    const children = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    if (stop(basename(path))) return [path];
    return [path, ...children.flatMap((child) => withChildren(join(path, child.name), stop))];
  } catch {
    return [];
  }
}
