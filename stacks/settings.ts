import type { ClusterSpec } from "../components/clusterSpec";
import { findConflicts } from "./checks";
import { checkOwnAuthorities } from "../components/pki/checks";
import { toClusterSpec } from "../components/clusterDefaults";
import { nearest } from "../components/settings/suggestions";
import type { Finding, SettingPath, SettingsProblem } from "../components/settings/problems";
import { authorityKeysPath, regionPath, show, toProblem } from "../components/settings/problems";
import { parseRegistries } from "../components/tenancy/registrySettings";
import { at, parseShape } from "../components/settings/parseShape";

export type { SettingsProblem } from "../components/settings/problems";
export { formatProblems } from "../components/settings/problems";

/** A cluster's specification, or everything that is wrong with its settings. */
export type ParsedSettings =
  | { readonly ok: true; readonly spec: ClusterSpec }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] };

/** What stands in a stack's configuration. */
const settingNames: readonly string[] = ["cluster", "registries", authorityKeysPath];

/** Keys in the namespace of the project; those without a namespace are in it, too. */
const projectPrefix = "holdfast:";

/**
 * Parses a stack's configuration: `aws:region`, and `cluster` and `registries` (or `holdfast:cluster` …) as described in
 * docs/settings.md, and `authorityKeys`, a secret, of which nothing gets into the specification or into a problem.
 * Keys of other providers are none of its business.
 *
 * Never throws. Problems of shape and conflicts between settings are reported together; a conflict is left out where one
 * of the settings that it arises from is broken itself, as nobody can tell then whether it is real.
 */
export function parseSettings(config: Readonly<Record<string, unknown>>): ParsedSettings {
  const input = configValue(config, "cluster");
  const region = config[regionPath[0] ?? ""];
  const regionFindings = checkRegionShape(region);
  const shape = parseShape(input === undefined ? {} : input);
  const leftOut = regionFindings.length > 0 ? [...shape.leftOut, regionPath] : shape.leftOut;
  const { registries, problems: registryProblems } = parseRegistries(configValue(config, "registries"));
  // A cluster whose region is missing is looked at as if it were somewhere.
  const spec =
    shape.settings &&
    toClusterSpec(shape.settings, regionFindings.length === 0 ? String(region) : "eu-central-1", registries);
  const conflicts = spec ? findConflicts(spec).filter((finding) => !restsOn(finding, leftOut)) : [];
  const keys = configValue(config, authorityKeysPath);
  const authorities = spec ? [...checkOwnAuthorities(spec.pki, keys, new Date())] : [];
  const problems = [
    ...checkKeys(config),
    ...regionFindings.map(toProblem),
    ...shape.findings.map(toProblem),
    ...registryProblems,
    ...conflicts.map((finding) => toWrittenProblem(finding, input)),
    ...authorities.filter((finding) => !restsOn(finding, leftOut)).map(toProblem),
  ];
  return spec && problems.length === 0 ? { ok: true, spec } : { ok: false, problems };
}

/** The CLI hands a mapping over as JSON text. */
function configValue(config: Readonly<Record<string, unknown>>, key: string): unknown {
  const value = config[projectPrefix + key] ?? config[key];
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function checkRegionShape(region: unknown): readonly Finding[] {
  if (typeof region === "string" && region !== "") return [];
  const message =
    region === undefined
      ? "is missing; write the AWS region, such as eu-central-1"
      : "must be a text; write the AWS region, such as eu-central-1";
  return [{ path: regionPath, found: region, message }];
}

function checkKeys(config: Readonly<Record<string, unknown>>): readonly SettingsProblem[] {
  return Object.keys(config)
    .filter((key) => !key.includes(":") || key.startsWith(projectPrefix))
    .map((key) => ({ key, name: key.startsWith(projectPrefix) ? key.slice(projectPrefix.length) : key }))
    .filter(({ name }) => !settingNames.includes(name))
    .map(({ key, name }) => {
      const meant = nearest(name, settingNames);
      const message =
        meant === undefined
          ? "is no setting of holdfast; everything is below cluster"
          : `is no setting; did you mean ${meant}?`;
      return { path: name === "" ? '""' : name, found: show(config[key]), message };
    });
}

/** Whether a finding rests on a setting that is broken itself. */
function restsOn({ path, involves = [] }: Finding, leftOut: readonly SettingPath[]): boolean {
  const touches = (one: SettingPath, other: SettingPath): boolean =>
    one.slice(0, other.length).every((step, index) => step === other[index]);
  return [path, ...involves].some((used) => leftOut.some((broken) => touches(used, broken)));
}

/** Shows what the person wrote; a default is marked as one. */
function toWrittenProblem(finding: Finding, input: unknown): SettingsProblem {
  const written = finding.path === regionPath ? finding.found : at(input, finding.path);
  const problem = toProblem({ ...finding, found: written ?? finding.found });
  return written === undefined && finding.found !== undefined
    ? { ...problem, found: `${problem.found} (default)` }
    : problem;
}
