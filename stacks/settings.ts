import { checkAccess } from "../components/access/checks";
import { checkRbac } from "../components/access/rbac/checks";
import { checkAddons } from "../components/addons/settings";
import { checkAlarms } from "../components/alarms/checks";
import { clusterSettings } from "../components/clusterSettings";
import type { ClusterSpec } from "../components/clusterSpec";
import { toClusterSpec } from "../components/clusterSpec";
import { checkMembers } from "../components/controlPlane/checks";
import { checkEtcd } from "../components/etcd/checks";
import { checkFirewall } from "../components/firewall/checks";
import { checkNetwork } from "../components/network/checks";
import { checkCidrs } from "../components/network/cidrOverlapChecks";
import { checkNodes } from "../components/node/checks";
import { checkOwnAuthorities, checkPki } from "../components/pki/checks";
import { checkScale } from "../components/scale/checks";
import { checkNames } from "../components/settings/nameChecks";
import { parseShape } from "../components/settings/parseShape";
import type { Finding, SettingPath, SettingsProblem } from "../components/settings/problems";
import { authorityKeysPath, regionPath, show, toProblem, valueAt } from "../components/settings/problems";
import { nearest } from "../components/settings/suggestions";
import { checkTenants } from "../components/tenancy/checks";
import { parseRegistries } from "../components/tenancy/registrySettings";
import { checkPools } from "../components/workers/checks";

export type { SettingsProblem } from "../components/settings/problems";
export { formatProblems } from "../components/settings/problems";

/** Specification of a cluster, or all problems in its settings. */
export type ParsedSettings =
  | { readonly ok: true; readonly spec: ClusterSpec }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] };

/** Cross-check of settings that are each valid. Never throws. */
type Check = (spec: ClusterSpec) => Iterable<Finding>;

const checks: readonly Check[] = [
  checkNames,
  checkNetwork,
  checkCidrs,
  checkFirewall,
  checkMembers,
  checkPki,
  checkEtcd,
  checkAlarms,
  checkNodes,
  checkPools,
  checkTenants,
  checkRbac,
  checkAddons,
  checkAccess,
  checkScale,
];

/** Keys of a stack's configuration. */
const configKeys: readonly string[] = ["cluster", "registries", authorityKeysPath];

/** Namespace of the project's keys; keys without a namespace belong to it, too. */
const projectPrefix = "holdfast:";

/** Replaces a missing or invalid region, so that the rest can be checked. */
const placeholderRegion = "eu-central-1";

/**
 * Parses a stack's configuration: `aws:region`, `holdfast:cluster` and `holdfast:registries` as described in docs/settings.md,
 * and the secret `holdfast:authorityKeys`; neither the specification nor a problem contains any part of it. Ignores keys of
 * other namespaces. Never throws; reports all problems together.
 */
export function parseSettings(config: Readonly<Record<string, unknown>>): ParsedSettings {
  const input = configValue(config, "cluster");
  const region = config[regionPath[0] ?? ""];
  const regionFindings = checkRegion(region);
  const shape = parseShape(clusterSettings, input === undefined ? {} : input, { name: "cluster" });
  const removed = regionFindings.length > 0 ? [...shape.removed, regionPath] : shape.removed;
  const { registries, problems: registryProblems } = parseRegistries(configValue(config, "registries"));
  const spec =
    shape.settings &&
    toClusterSpec(shape.settings, regionFindings.length === 0 ? String(region) : placeholderRegion, registries);
  const conflicts = spec ? checks.flatMap((check) => [...check(spec)]) : [];
  const authorities = spec
    ? [...checkOwnAuthorities(spec.pki, configValue(config, authorityKeysPath), new Date())]
    : [];
  const problems = [
    ...checkKeys(config),
    ...regionFindings.map(toProblem),
    ...shape.findings.map(toProblem),
    ...registryProblems,
    ...conflicts
      .filter((conflict) => !dependsOn(conflict, removed))
      .map((conflict) => withValue(conflict, input, spec)),
    ...authorities.filter((finding) => !dependsOn(finding, removed)).map(toProblem),
  ];
  return spec && problems.length === 0 ? { ok: true, spec } : { ok: false, problems };
}

/** The CLI passes a mapping as JSON text. */
function configValue(config: Readonly<Record<string, unknown>>, key: string): unknown {
  const value = config[projectPrefix + key] ?? config[key];
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function checkRegion(region: unknown): readonly Finding[] {
  if (typeof region === "string" && region !== "") return [];
  const problem = region === undefined ? "missing" : "must be a text";
  return [{ path: regionPath, found: region, message: `${problem}; write the AWS region, such as eu-central-1` }];
}

function checkKeys(config: Readonly<Record<string, unknown>>): readonly SettingsProblem[] {
  return Object.keys(config).flatMap((key) => {
    const [name = "", namespace] = key.split(":").reverse();
    const found = show(config[key]);
    if (namespace !== undefined && `${namespace}:` !== projectPrefix) {
      // Other namespaces belong to providers, unless one looks like a misspelling of the project's namespace.
      if (nearest(namespace, [projectPrefix.slice(0, -1)]) === undefined) return [];
      return [{ path: key, found, message: `unknown namespace; did you mean ${projectPrefix}${name}?` }];
    }
    if (configKeys.includes(name)) return [];
    if (configKeys.includes(name.split(".")[0] ?? "")) {
      const message = `nested settings need --path; run pulumi config set --path '${name}' <value>, and remove this key`;
      return [{ path: name, found, message }];
    }
    const meant = nearest(name, configKeys);
    const message = `unknown setting; ${meant === undefined ? "all settings are below cluster" : `did you mean ${meant}?`}`;
    return [{ path: name === "" ? '""' : name, found, message }];
  });
}

/** True if a finding is about an invalid setting or caused by one; such findings are meaningless. */
function dependsOn({ path, involves = [] }: Finding, removed: readonly SettingPath[]): boolean {
  const startsWith = (one: SettingPath, other: SettingPath): boolean =>
    one.slice(0, other.length).every((step, index) => step === other[index]);
  return [path, ...involves].some((used) => removed.some((broken) => startsWith(used, broken)));
}

/** Adds the value that the user wrote, or marks it as a default. */
function withValue(finding: Finding, input: unknown, spec: ClusterSpec | undefined): SettingsProblem {
  const written = finding.path === regionPath ? finding.found : valueAt(input, finding.path);
  if (written !== undefined) return toProblem({ ...finding, found: written });
  const found = finding.found ?? valueAt(spec, finding.path);
  const problem = toProblem({ ...finding, found });
  return found === undefined ? problem : { ...problem, found: `${problem.found} (default)` };
}
