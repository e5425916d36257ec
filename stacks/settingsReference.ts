import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import { tableCell } from "../cli/markdown";
import { clusterJsonSchema, stackFileSchema } from "./settingsSchema";

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly defaultIs?: string;
  /** Setting whose table lists the keys of this mapping, too. */
  readonly sameAs?: string;
  /** Placeholder for the key of a map's entries. */
  readonly entry?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly oneOf?: readonly Node[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Setting for people: path below `cluster` with placeholders, allowed values, default, and description in Markdown. */
export interface SettingRow {
  readonly path: string;
  readonly type: string;
  readonly defaultText: string;
  readonly description: string;
}

const code = (value: unknown): string => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;

function typeOf(node: Node): string {
  if (node.const !== undefined) return code(node.const);
  if (node.enum) return node.enum.map(code).join(", ");
  if (node.type === "integer") {
    return `${node.minimum ?? ""} to ${node.maximum ?? ""}${node.unit ? ` ${node.unit}` : ""}`;
  }
  if (node.type === "array") {
    if (node.items?.type === "integer") return "list of numbers";
    return node.items?.properties ? "list of mappings" : "list of texts";
  }
  if (node.type === "object") return "map of texts";
  return { string: "text", boolean: "`true`, `false`" }[node.type ?? ""] ?? "text";
}

function defaultOf(node: Node, required: boolean): string {
  if (node.defaultIs) return node.defaultIs;
  if (node.default !== undefined) return node.default === "" ? "empty" : code(node.default);
  return required && node.const === undefined ? "**required**" : "";
}

/** Rows of all settings below a node; a mapping itself has none. */
function rowsOf(path: string, node: Node, required = true): readonly SettingRow[] {
  if (node.sameAs !== undefined) {
    return [{ path, type: `as \`${node.sameAs}\``, defaultText: "`{}`", description: describe(node) }];
  }
  if (node.oneOf) return rowsOfUnion(path, node.oneOf);
  if (node.properties) return rowsOfMapping(path, node);
  if (typeof node.additionalProperties === "object" && node.additionalProperties.properties) {
    return rowsOf(`${path}.<${node.entry ?? "name"}>`, node.additionalProperties);
  }
  const row = { path, type: typeOf(node), defaultText: defaultOf(node, required), description: describe(node) };
  return [row, ...(node.items?.properties ? rowsOf(`${path}[]`, node.items) : [])];
}

/** Rows that all kinds share appear once; the others name their kind. */
function rowsOfUnion(path: string, kinds: readonly Node[]): readonly SettingRow[] {
  const rows = kinds.map((kind) => rowsOf(path, kind));
  const isShared = (row: SettingRow): boolean =>
    rows.every((others) => others.some((other) => isDeepStrictEqual(other, row)));
  return kinds.flatMap((kind, index) => {
    const [key, tag] = Object.entries(kind.properties ?? {}).find(([, child]) => child.const !== undefined) ?? [];
    return (rows[index] ?? [])
      .filter((row) => index === 0 || !isShared(row))
      .map((row) =>
        isShared(row) || row.path === `${path}.${key ?? ""}`
          ? row
          : { ...row, description: `With \`${key ?? ""}: ${String(tag?.const)}\`. ${row.description}` },
      );
  });
}

function rowsOfMapping(path: string, node: Node): readonly SettingRow[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    rowsOf(childPath(path, key), child, node.required?.includes(key) ?? false),
  );
}

/** Path as `pulumi config set --path` takes it. */
function childPath(path: string, key: string): string {
  if (key.includes(".")) return `${path}["${key}"]`;
  return path === "" ? key : `${path}.${key}`;
}

const describe = (node: Node): string => node.description ?? "";

function table(rows: readonly SettingRow[]): readonly string[] {
  return [
    "| Setting | Value | Default | Description |",
    "| --- | --- | --- | --- |",
    ...rows.map((row) => `| \`${row.path}\` | ${row.type} | ${row.defaultText} | ${tableCell(row.description)} |`),
  ];
}

function exampleOf(key: string, node: Node): readonly string[] {
  const [example] = node.examples ?? [];
  return example === undefined ? [] : ["```yaml", stringify({ [key]: example }).trimEnd(), "```", ""];
}

const introduction = `# Settings

Describe an environment in \`stacks/Pulumi.<env>.yaml\`: the region in \`aws:region\`, everything else below
\`holdfast:cluster\`. Change a single setting from the command line:

    pulumi config set --path 'cluster.workers.general.max' 40

Paths on this page omit the leading \`cluster.\`. Check a stack file with \`npx holdfast plan <env>\`: it reports all problems at
once, before it registers any resource. Unknown keys are errors.

The first line of each stack file points to \`stacks/schema.json\`, so that editors complete and validate the settings. This page
and the schema are generated from the code: \`npm run docs:settings\`.`;

const crossChecks = `## Cross-checks

Holdfast checks settings against each other before it registers any resource:

- **Network**: the region and its zones exist. The ranges of the VPC, of pods and of services are private and disjoint, and
  disjoint from \`api.allowedCidrs\`. The VPC has room for all machines at the maxima of their pools, and \`podCidr\` for all
  nodes and their pods. \`nat: none\` requires interface endpoints and mirrors of the binaries and of every registry that the
  cluster pulls images from. The firewall opens egress to every mirror, registry, OIDC issuer and webhook in the settings, to
  the egress of tenants and to \`egress\`; no security group gets more rules than AWS allows.
- **Availability**: with \`protect: true\`, no zone holds so many members that its loss would cost the quorum.
- **Machines**: instance types match their architecture, image and \`gpu\`. A control-plane machine has at least two CPUs. IOPS
  and throughput are within gp3's ratios. Images and checksums match the Kubernetes version.
- **Worker pools**: a warm pool has exactly one on-demand instance type. \`requirements\` replace \`instanceTypes\`. Windows pools
  are amd64, have checksums in \`nodes.assets.sha256\`, and need a Linux pool beside them. Kubelet is permitted to set the
  pool's labels and taints, and they fit into user data and the tags of groups.
- **Kubelet**: thresholds, grace periods, policies and reservations fit together, as kubelet requires at start, and into the disk
  and \`requirements\` of the pool. API servers have 30 seconds to end their requests at a shutdown.
- **Scale**: the pools may not grow beyond \`scale\`; etcd's volumes have the IOPS, throughput and size that \`scale\` requires.
- **etcd**: backups run at least daily, restore tests at least every six days. Retention does not decrease from \`all\` to
  \`hourly\` to \`daily\`, and no Object Lock period is longer than \`daily\`. A restore uses a backup of the same cluster with a
  lower generation. The quota is at most a third of the volume. The region of the copy is another region of the same partition.
- **PKI**: your own authorities match their keys, may sign, have complete chains and outlive the certificates that they issue.
- **Access**: issuer prefixes do not overlap. CEL expressions use only the variables that exist. Webhooks use TLS and unique
  names. No ABAC rule makes every user an administrator. Referenced roles, groups and users exist.
- **Tenants**: tenants form a tree. A child is never less strict than its parent, and the quotas of children fit into the
  parent's.
- **Names**: all names stay within AWS limits and avoid reserved names of AWS, Kubernetes and Holdfast.
`;

const region: SettingRow = {
  path: "aws:region",
  type: "text",
  defaultText: "**required**",
  description: "AWS region.",
};

/** All settings, in the order of docs/settings.md. */
export function settingRows(): readonly SettingRow[] {
  const root = clusterJsonSchema() as Node;
  return [region, ...rowsOfMapping("", root)];
}

/** Mappings with fixed keys and mappings with names of the user: path with placeholders, and description. */
export function settingSections(): readonly Pick<SettingRow, "path" | "description">[] {
  return [...sectionsOf("", clusterJsonSchema() as Node)];
}

function* sectionsOf(path: string, node: Node): Iterable<Pick<SettingRow, "path" | "description">> {
  if (path !== "" && (node.properties ?? node.oneOf ?? node.additionalProperties)) {
    yield { path, description: describe(node) };
  }
  for (const kind of node.oneOf ?? [node]) {
    for (const [key, child] of Object.entries(kind.properties ?? {})) yield* sectionsOf(childPath(path, key), child);
    if (typeof kind.additionalProperties === "object") {
      yield* sectionsOf(`${path}.<${kind.entry ?? "name"}>`, kind.additionalProperties);
    }
    if (kind.items) yield* sectionsOf(`${path}[]`, kind.items);
  }
}

/** Settings reference as Markdown: docs/settings.md. */
export function settingsReference(): string {
  const root = clusterJsonSchema() as Node;
  const sections = Object.entries(root.properties ?? {});
  const single = sections.filter(
    ([key, node]) => key === "tags" || !(node.properties ?? node.oneOf ?? node.additionalProperties),
  );
  const singleRows = single.flatMap(([key, node]) => rowsOf(key, node, root.required?.includes(key) ?? false));
  const parts = sections
    .filter((section) => !single.includes(section))
    .flatMap(([key, node]) => [
      "",
      `## \`${key}\``,
      "",
      [tableCell(describe(node)), node.defaultIs && `Default: ${node.defaultIs}.`].filter(Boolean).join(" "),
      "",
      ...exampleOf(key, node),
      ...table(rowsOf(key, node)),
    ]);
  return [introduction, "", "## Cluster", "", ...table([region, ...singleRows]), ...parts, "", crossChecks].join("\n");
}

if (require.main === module) {
  writeFileSync(join(__dirname, "../docs/settings.md"), settingsReference());
  writeFileSync(join(__dirname, "schema.json"), `${JSON.stringify(stackFileSchema())}\n`);
}
