import { isEncrypted } from "../../components/settings/encrypted";
import { show } from "../../components/settings/problems";
import type { SettingsProblem } from "../../components/settings/problems";
import { nearest } from "../../components/settings/suggestions";
import { isMapping, kindOf, readEnvironment } from "./environment";
import type { Environment } from "./environment";

/** Keys that `pulumi stack init` writes; texts. */
const encryptionKeys = ["secretsprovider", "encryptedkey", "encryptionsalt"];

/** Keys of a stack file that Pulumi reads (`ProjectStack` in sdk/go/common/workspace); it ignores all others. */
const rootKeys = ["config", "environment", ...encryptionKeys];

/** Name of the project: namespace of keys without one. */
export const project = "holdfast";

const clusterKey = `${project}:cluster`;

export interface StackFile {
  /** Configuration by key with namespace, with the values that the program gets. Encrypted values are `{secure: …}`. */
  readonly config: Record<string, unknown>;
  /** Pulumi ESC environment that adds configuration below that of the file. */
  readonly environment: Environment | undefined;
}

type Read = StackFile | { readonly problems: readonly SettingsProblem[] };

/** Reads `config` of a stack file. */
export function readConfig(name: string, root: unknown): Read {
  const refuse = (path: string, found: string, message: string): Read => ({ problems: [{ path, found, message }] });
  const example = "write config: with aws:region and holdfast:cluster below it";
  if (root === null) return refuse(name, "no settings", `the file is empty; ${example}`);
  if (!isMapping(root)) return refuse(name, kindOf(root), `must be a mapping; ${example}`);
  const misplaced = Object.keys(root).flatMap((key) => describeRootKey(name, key, root));
  if (misplaced.length > 0) return { problems: misplaced };
  const read = readEnvironment(name, root.environment);
  if ("problems" in read) return read;
  const { environment } = read;
  const { config } = root;
  if (config === undefined && environment === undefined)
    return refuse(name, "no config", `config is missing; ${example}`);
  if (config === undefined || config === null) return { config: {}, environment };
  if (!isMapping(config)) return refuse(`${name} config`, kindOf(config), `must be a mapping; ${example}`);
  const named = configOf(config);
  return "problems" in named ? named : { config: named.config, environment };
}

/** Configuration by key with namespace, in which `cluster` is a mapping. */
export function configOf(config: Readonly<Record<string, unknown>>): Named {
  const named = nameKeys(config);
  if ("problems" in named) return named;
  const cluster = named.config[clusterKey];
  if (cluster === undefined || (isMapping(cluster) && !isEncrypted(cluster))) return named;
  const found = isEncrypted(cluster) ? "[secret]" : show(cluster);
  return { problems: [{ path: "cluster", found, message: describeCluster(cluster) }] };
}

/** Problem of a `cluster` that the engine refuses, because Pulumi.yaml declares it as a mapping. */
function describeCluster(cluster: unknown): string {
  if (isEncrypted(cluster)) {
    return "encrypted as a whole, but must be a mapping; encrypt single settings: pulumi config set --secret --path 'holdfast:cluster.<setting>'";
  }
  if (typeof cluster === "string" && cluster.trimStart().startsWith("{")) {
    return "must be a mapping, not JSON text; remove the quotes around it";
  }
  return cluster === null ? "must be a mapping; write the cluster's settings below it" : "must be a mapping";
}

/** Problem of a key that Pulumi would ignore, if it looks like a misspelled or misplaced one. Others may hold anchors. */
function describeRootKey(
  name: string,
  key: string,
  root: Readonly<Record<string, unknown>>,
): readonly SettingsProblem[] {
  if (encryptionKeys.includes(key) && typeof root[key] === "object" && root[key] !== null) {
    return [{ path: `${name} ${key}`, found: kindOf(root[key]), message: "must be a text" }];
  }
  if (rootKeys.includes(key)) return [];
  if (key.includes(":") || ["cluster", "registries", "authorityKeys"].includes(key)) {
    return [{ path: name, found: key, message: "Pulumi ignores this key here; move it below config" }];
  }
  const meant = nearest(key, rootKeys);
  if (meant === undefined || root[meant] !== undefined) return [];
  return [{ path: name, found: key, message: `unknown key; did you mean ${meant}?` }];
}

/** Key with its namespace, as the program gets it. */
export const fullKey = (key: string): string =>
  key.includes(":") ? key.replace(/^([^:]*):config:([^:]*)$/, "$1:$2") : `${project}:${key}`;

type Named = { readonly config: Record<string, unknown> } | { readonly problems: readonly SettingsProblem[] };

/** Keys with namespace: the project's for keys without, and without the `config` of former Pulumi versions. */
function nameKeys(config: Readonly<Record<string, unknown>>): Named {
  const named = new Map<string, { readonly key: string; readonly value: unknown }>();
  const problems: SettingsProblem[] = [];
  for (const [key, value] of Object.entries(config)) {
    const full = fullKey(key);
    if (full.split(":").length > 2) {
      problems.push({ path: key, found: "several colons", message: "write the key as <namespace>:<name>" });
      continue;
    }
    const other = named.get(full);
    if (other === undefined) named.set(full, { key, value });
    else problems.push({ path: key, found: "duplicate", message: `the same setting as ${other.key}; remove one` });
  }
  if (problems.length > 0) return { problems };
  return { config: Object.fromEntries(Array.from(named, ([full, { value }]) => [full, value])) };
}
