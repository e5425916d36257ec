import fc from "fast-check";
import type { ClusterSpec } from "../../../components/clusterSpec";
import { parseSettings } from "../../../stacks/settings";
import { cluster, problemsOf } from "../../stacks/settingsSupport";
import { Machine } from "./clusterFiles";
import type { ClusterFile } from "./clusterFiles";
import { randomSettings } from "./randomSettings";
import type { Settings } from "./randomSettings";
import { Readers } from "./readers";

const runs = 500;

/** The same settings without what the plan refuses: fields of entries if that suffices, else entries, else whole settings. */
function withoutRefused(random: Settings): Settings {
  const settings = structuredClone(random) as Record<string, unknown>;
  for (let round = 0; round < 6; round++) {
    const problems = problemsOf(cluster(settings));
    if (problems.length === 0) return settings;
    for (const { path } of problems) removeField(settings, path);
  }
  const kept: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(settings)) {
    const candidate = entriesAccepted(kept, path, value);
    if (candidate !== undefined) kept[path] = candidate;
  }
  return kept;
}

/** Removes what a problem is about: the deepest mapping's key, such as the rules of an issuer; the entry if it is missing. */
function removeField(settings: Record<string, unknown>, problem: string): void {
  const path = Object.keys(settings).find((each) => problem.startsWith(`cluster.${each}`));
  if (path === undefined) return;
  const rest = problem.slice(`cluster.${path}`.length);
  const steps = [...rest.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    (all) => all[1] ?? all[2] ?? all[3] ?? "",
  );
  let holder: object = settings;
  let key = path;
  for (const [depth, step] of steps.entries()) {
    const child = (holder as Record<string, unknown>)[key];
    // Lists of an entry are removed as a whole: the indexes of other problems would change.
    const isHolder = typeof child === "object" && child !== null && (depth === 0 || !Array.isArray(child));
    if (!isHolder || !Object.hasOwn(child, step)) break;
    [holder, key] = [child, step];
  }
  remove(holder, key);
}

function remove(holder: object, key: string): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

const accepted = (settings: Settings): boolean => problemsOf(cluster(settings)).length === 0;

function entriesAccepted(others: Settings, path: string, value: unknown): unknown {
  if (accepted({ ...others, [path]: value })) return value;
  if (typeof value !== "object" || value === null) return undefined;
  let kept: unknown = Array.isArray(value) ? [] : {};
  for (const [key, entry] of Object.entries(value as Record<string, unknown>)) {
    const more = Array.isArray(kept) ? [...(kept as unknown[]), entry] : { ...(kept as object), [key]: entry };
    if (accepted({ ...others, [path]: more })) kept = more;
  }
  return accepted({ ...others, [path]: kept }) ? kept : undefined;
}

function specOf(settings: Settings): ClusterSpec {
  const parsed = parseSettings(cluster(settings));
  if (!parsed.ok) throw new Error(JSON.stringify({ settings, problems: parsed.problems }, undefined, 2));
  return parsed.spec;
}

interface Asked extends ClusterFile {
  readonly settings: Settings;
}

test(`programs accept the files of ${runs} random clusters that the plan accepts`, async () => {
  const readers = await Readers.prepare();
  const machine = new Machine();
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  const counts = new Map<string, number>();
  const count = (what: string): unknown => counts.set(what, (counts.get(what) ?? 0) + 1);
  try {
    const files = fc.sample(randomSettings, { seed, numRuns: runs }).flatMap((random): readonly Asked[] => {
      const settings = withoutRefused(random);
      for (const [path, value] of Object.entries(settings)) if (!isEmpty(value)) count(path);
      return machine.files(specOf(settings)).map((file) => ({ ...file, settings }));
    });
    for (const { kind } of files) count(kind);
    const answers = readers.ask(files.map(({ kind, text }) => ({ kind, text })));
    const refused = files.flatMap(({ name, settings }, index) => {
      const error = answers[index]?.error ?? "";
      return error === "" ? [] : [{ name, error, settings }];
    });
    const errors = refused.slice(0, 20).map(({ name, error }) => `${name}: ${error}`);
    // SEED repeats a run.
    expect({ seed, errors, first: refused[0]?.settings }).toEqual({ seed, errors: [], first: undefined });
  } finally {
    machine.remove();
  }
  // A generator whose settings the plan refuses would test nothing.
  const settings = [
    "access.authentication.oidc",
    "access.audit.rules",
    "workers",
    "nodes.kubelet",
    "controlPlane.kubelet",
  ];
  for (const what of ["abac", "kubeconfig", "object", "controlPlane.apiServer", ...settings]) {
    expect([what, (counts.get(what) ?? 0) > runs / 10]).toEqual([what, true]);
  }
});

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;
