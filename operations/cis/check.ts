/** A check of the CIS Kubernetes Benchmark, and the parts that checks are made of. Pure. */
import type { CisFacts, ClusterFacts, MachineFacts, ProcessFact } from "./facts";

/** Result of a check: no problem and nothing unknown means that it is met. */
export interface Finding {
  readonly problems: readonly string[];
  /** Reasons why facts are missing. */
  readonly unknown: readonly string[];
  /** Reason why the check does not apply. */
  readonly notApplicable?: string;
}

export interface CisCheck {
  /** Number in the benchmark. */
  readonly id: string;
  /** Requirement, in Holdfast's words. */
  readonly title: string;
  /** The benchmark marks it Automated; the others are Manual: a matter of judgment. */
  readonly automated: boolean;
  /** How Holdfast meets it, or why it does not. */
  readonly answer: string;
  /** What to do if it is not met. */
  readonly fix: string;
  readonly find: (facts: CisFacts) => Finding;
}

/** Kind of machine: with an API server, with etcd, either, or with a kubelet. */
export type Place = "control plane" | "etcd" | "members" | "nodes";

/** Answers of several checks. */
export const always = "Always set; no setting changes it.";
export const byDefault = "Kubernetes' default; no setting changes it.";

export const notApplicable = (reason: string): Finding => ({ problems: [], unknown: [], notApplicable: reason });

function machinesAt(place: Place, { etcdOn, machines }: CisFacts) {
  const roles: Readonly<Record<Place, readonly string[]>> = {
    "control plane": ["control-plane"],
    etcd: [etcdOn],
    members: ["control-plane", "etcd"],
    nodes: ["control-plane", "worker"],
  };
  return machines.filter(({ role }) => roles[place].includes(role));
}

/** Judges each machine at a place. */
export function onMachines(place: Place, judge: (machine: MachineFacts) => readonly string[]): CisCheck["find"] {
  return (facts) => {
    const machines = machinesAt(place, facts);
    const none = machines.length === 0 ? [`no machine of this kind is in service: ${place}`] : [];
    const results = machines.map(({ id, facts: found }) =>
      found.known
        ? { problems: judge(found.value).map((problem) => `${id}: ${problem}`), unknown: [] }
        : { problems: [], unknown: [`${id}: ${found.problem}`] },
    );
    return {
      problems: results.flatMap(({ problems }) => problems),
      unknown: [...none, ...results.flatMap(({ unknown }) => unknown)],
    };
  };
}

/** Several judgments as one. */
export function allOf(...finds: readonly CisCheck["find"][]): CisCheck["find"] {
  return (facts) => {
    const findings = finds.map((find) => find(facts));
    return {
      problems: findings.flatMap(({ problems }) => problems),
      unknown: findings.flatMap(({ unknown }) => unknown),
    };
  };
}

/** Judges the objects in the Kubernetes API. */
export function inCluster(judge: (cluster: ClusterFacts) => readonly string[]): CisCheck["find"] {
  return ({ cluster }) =>
    cluster.known ? { problems: judge(cluster.value), unknown: [] } : { problems: [], unknown: [cluster.problem] };
}

/** Judges all processes of a program; a machine without one has a problem. */
export function onProcesses(
  place: Place,
  program: string,
  judge: (process: ProcessFact, machine: MachineFacts) => readonly string[],
): CisCheck["find"] {
  return onMachines(place, (machine) => {
    const processes = machine.processes.filter((process) => process.program === program);
    if (processes.length === 0) return [`${program} does not run`];
    return processes.flatMap((process) => judge(process, machine));
  });
}

/** Files by path: a path, or an expression that selects several. */
export interface FileSelection {
  readonly place: Place;
  readonly paths: readonly (string | RegExp)[];
  /** Reason why machines may lack the files. Default: each path must exist, and one file for the expressions. */
  readonly optional?: string;
}

function onFiles(
  selection: FileSelection,
  judge: (file: MachineFacts["files"][number]) => string | undefined,
): CisCheck["find"] {
  const { place, paths, optional } = selection;
  const selects = (path: string) => paths.some((each) => (typeof each === "string" ? each === path : each.test(path)));
  const found = onMachines(place, ({ files }) => {
    const selected = files.filter(({ path, type }) => type !== "l" && selects(path));
    const missing = paths.filter((path) => typeof path === "string" && !selected.some((file) => file.path === path));
    const absent = selected.length === 0 ? paths.slice(0, 1) : missing;
    return [
      ...(optional === undefined ? absent.map((path) => `${String(path)} does not exist`) : []),
      ...selected.flatMap((file) => judge(file) ?? []),
    ];
  });
  return (facts) => {
    const exists = machinesAt(place, facts).some(
      ({ facts: machine }) => !machine.known || machine.value.files.some(({ path }) => selects(path)),
    );
    return exists || optional === undefined ? found(facts) : notApplicable(optional);
  };
}

/** Files whose mode has no bit beyond `most`. */
export const modeOf = (most: number, selection: FileSelection): CisCheck["find"] =>
  onFiles(selection, ({ mode, path }) =>
    (parseInt(mode, 8) & ~most) === 0 ? undefined : `${path} has mode ${mode}; at most ${most.toString(8)} is allowed`,
  );

/** Files of a user and group. */
export const ownerOf = (owner: string, selection: FileSelection): CisCheck["find"] =>
  onFiles(selection, (file) =>
    file.owner === owner ? undefined : `${file.path} belongs to ${file.owner} instead of ${owner}`,
  );
