import { checkAccess } from "../components/access/checks";
import { checkRbac } from "../components/access/rbac/checks";
import { checkAddons } from "../components/addons/settings";
import { checkAlarms } from "../components/alarms/checks";
import { checkConfirmLoss } from "../components/changes/checks";
import { clusterSettings } from "../components/clusterSettings";
import type { ClusterSpec } from "../components/clusterSpec";
import { toClusterSpec } from "../components/clusterSpec";
import { checkComponents } from "../components/controlPlane/componentChecks";
import { checkMembers } from "../components/controlPlane/checks";
import { checkEtcd } from "../components/etcd/checks";
import { checkFirewall } from "../components/firewall/checks";
import { checkMaintenance } from "../components/maintenance/checks";
import { checkNetwork } from "../components/network/checks";
import { checkCidrs } from "../components/network/cidrOverlapChecks";
import { checkNodes } from "../components/node/checks";
import { checkKubelets } from "../components/node/kubelet/checks";
import { checkOwnAuthorities, checkPki } from "../components/pki/checks";
import { checkScale } from "../components/scale/checks";
import { isEncrypted } from "../components/settings/encrypted";
import { checkNames } from "../components/settings/nameChecks";
import { parseShape } from "../components/settings/parseShape";
import { fillEncrypted } from "../components/settings/placeholders";
import type { Finding, SettingPath, SettingsProblem } from "../components/settings/problems";
import { authorityKeysPath, formatPath, regionPath, show, toProblem, valueAt } from "../components/settings/problems";
import { nearest } from "../components/settings/suggestions";
import { checkTenants } from "../components/tenancy/checks";
import { parseRegistries } from "../components/tenancy/registrySettings";
import { checkPools } from "../components/workers/checks";

export type { SettingsProblem } from "../components/settings/problems";
export { formatProblems } from "../components/settings/problems";

/** Specification of a cluster, or all problems in its settings. */
export type ParsedSettings =
  | {
      readonly ok: true;
      readonly spec: ClusterSpec;
      /** Paths of encrypted settings, which have placeholders: only under the Pulumi CLI they are decrypted, and checked. */
      readonly encrypted: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] };

/** Cross-check of settings that are each valid. Never throws. */
type Check = (spec: ClusterSpec) => Iterable<Finding>;

const checks: readonly Check[] = [
  checkNames,
  checkConfirmLoss,
  checkNetwork,
  checkCidrs,
  checkFirewall,
  checkMembers,
  checkComponents,
  checkPki,
  checkEtcd,
  checkAlarms,
  checkNodes,
  checkKubelets,
  checkPools,
  checkMaintenance,
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
 * other namespaces. Encrypted values get placeholders. Never throws; reports all problems together.
 */
export function parseSettings(config: Readonly<Record<string, unknown>>): ParsedSettings {
  const input = configValue(config, "cluster");
  const region = config[regionPath[0] ?? ""];
  const regionFindings = checkRegion(region);
  const filled = fillEncrypted(clusterSettings, input === undefined ? {} : input);
  const encrypted = isEncrypted(region) ? [...filled.encrypted, regionPath] : filled.encrypted;
  const shape = parseShape(clusterSettings, filled.settings, { name: "cluster" });
  const removed = [...shape.removed, ...encrypted, ...(regionFindings.length > 0 ? [regionPath] : [])];
  const { registries, ...registryFindings } = parseRegistries(registriesValue(config));
  const spec =
    shape.settings &&
    toClusterSpec(shape.settings, typeof region === "string" && region !== "" ? region : placeholderRegion, registries);
  const conflicts = spec ? checks.flatMap((check) => [...check(spec)]) : [];
  const authorities = spec
    ? [...checkOwnAuthorities(spec.pki, configValue(config, authorityKeysPath), new Date())]
    : [];
  const problems = [
    ...checkKeys(config),
    ...regionFindings.map(toProblem),
    // A misspelled key has the settings that seem to be missing.
    ...(input === undefined && isMisspelled(config, "cluster") ? [] : shape.findings.map(toProblem)),
    ...registryFindings.problems,
    ...conflicts
      .filter((conflict) => !dependsOn(conflict, removed))
      .map((conflict) => withValue(conflict, input, spec)),
    ...authorities.filter((finding) => !dependsOn(finding, removed)).map(toProblem),
  ];
  if (!spec || problems.length > 0) return { ok: false, problems };
  return { ok: true, spec, encrypted: [...encrypted.map(formatPath), ...registryFindings.encrypted] };
}

/** Registries; if the whole section is encrypted, those that the tenants name. */
export function registriesValue(config: Readonly<Record<string, unknown>>): unknown {
  const value = configValue(config, "registries");
  if (!isEncrypted(value)) return value;
  const tenants = valueAt(configValue(config, "cluster"), ["tenants"]);
  const names = Object.values(tenants ?? {}).flatMap((tenant) => valueAt(tenant, ["registries"]) ?? []);
  const known = names.filter((name) => typeof name === "string");
  return Object.fromEntries(known.map((name) => [name, { server: value, username: value, password: value }]));
}

/** Value of a key of the project. The CLI passes a mapping as JSON text. */
export function configValue(config: Readonly<Record<string, unknown>>, key: string): unknown {
  const value = config[projectPrefix + key] ?? config[key];
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function checkRegion(region: unknown): readonly Finding[] {
  if ((typeof region === "string" && region !== "") || isEncrypted(region)) return [];
  const problem = region === undefined ? "missing" : "must be a text";
  return [{ path: regionPath, found: region, message: `${problem}; write the AWS region, such as eu-central-1` }];
}

/** True if a key is a misspelling of a name, or a setting below it that was set without `--path`. */
const isMisspelled = (config: Readonly<Record<string, unknown>>, name: string): boolean =>
  Object.keys(config).some((key) => {
    const [last = "", namespace] = key.split(":").reverse();
    const mayBeOurs = namespace === undefined || nearest(namespace, [projectPrefix.slice(0, -1)]) !== undefined;
    return mayBeOurs && key !== projectPrefix + name && nearest(last.split(".")[0] ?? "", configKeys) === name;
  });

function checkKeys(config: Readonly<Record<string, unknown>>): readonly SettingsProblem[] {
  return Object.keys(config).flatMap((key) => {
    const [name = "", namespace] = key.split(":").reverse();
    const section = name.split(".")[0] ?? "";
    const meant = nearest(section, configKeys);
    // Sections beside `cluster` hold passwords and keys.
    const found = meant === undefined || meant === "cluster" ? show(config[key]) : "[not shown]";
    if (namespace !== undefined && `${namespace}:` !== projectPrefix) {
      // Other namespaces belong to providers, unless one looks like a misspelling of the project's namespace.
      if (nearest(namespace, [projectPrefix.slice(0, -1)]) === undefined) return [];
      return [{ path: key, found, message: `unknown namespace; did you mean ${projectPrefix}${name}?` }];
    }
    if (configKeys.includes(name)) return [];
    if (configKeys.includes(section)) return [{ path: name, found, message: nestedKey(section, name, config[key]) }];
    const message = `unknown setting; ${meant === undefined ? "all settings are below cluster" : `did you mean ${meant}?`}`;
    return [{ path: name === "" ? '""' : name, found, message }];
  });
}

/** Message for a key with dots, which `pulumi config set` writes without `--path`. */
function nestedKey(section: string, name: string, value: unknown): string {
  if (section !== "cluster") {
    return `nested settings need --path; run pulumi config set --secret --path '${projectPrefix}${name}', and remove this key`;
  }
  const plain = ["string", "number", "boolean"].includes(typeof value) && /^[\w.:/+-]+$/.test(String(value));
  const command = `pulumi config set --path '${projectPrefix}${name}' ${plain ? String(value) : "<value>"}`;
  return `nested settings need --path; run ${command}, and remove this key`;
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
