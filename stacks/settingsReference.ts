import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { clusterSchema } from "../components/clusterSettings";

/** docs/settings.md, made from the schema: `npm run docs:settings`. */

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly defaultIs?: string;
  /** What an entry of a map is called. */
  readonly entry?: string;
  readonly default?: unknown;
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

interface Row {
  readonly path: string;
  readonly type: string;
  readonly byDefault: string;
  readonly description: string;
}

const code = (value: unknown): string => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;

function typeOf(node: Node): string {
  if (node.const !== undefined) return code(node.const);
  if (node.enum) return node.enum.map(code).join(", ");
  if (node.type === "integer")
    return `${node.minimum ?? ""} to ${node.maximum ?? ""}${node.unit ? ` ${node.unit}` : ""}`;
  if (node.type === "array") return node.items?.properties ? "list of mappings" : "list of texts";
  if (node.type === "object") return "map of texts";
  return { string: "text", boolean: "`true`, `false`" }[node.type ?? ""] ?? (node.type as string);
}

function defaultOf(node: Node, required: boolean): string {
  if (node.defaultIs) return node.defaultIs;
  if (node.default !== undefined) return node.default === "" ? "empty" : code(node.default);
  return required && node.const === undefined ? "**required**" : "";
}

/** One row for each setting below a node; a mapping has none itself. */
function rowsOf(path: string, node: Node, required = true): readonly Row[] {
  if (node.oneOf) return rowsOfUnion(path, node.oneOf);
  if (node.properties) return rowsOfMapping(path, node);
  if (typeof node.additionalProperties === "object" && node.additionalProperties.properties) {
    return rowsOf(`${path}.<${node.entry ?? (path === "workers" ? "pool" : "name")}>`, node.additionalProperties);
  }
  const row = { path, type: typeOf(node), byDefault: defaultOf(node, required), description: describe(node) };
  return [row, ...(node.items?.properties ? rowsOf(`${path}[]`, node.items) : [])];
}

/** What all variants have stands once; the rest says with which variant it goes. */
function rowsOfUnion(path: string, variants: readonly Node[]): readonly Row[] {
  const rows = variants.map((variant) => rowsOf(path, variant));
  const isShared = (row: Row): boolean => rows.every((others) => others.some((other) => isDeepStrictEqual(other, row)));
  return variants.flatMap((variant, index) => {
    const [key, tag] = Object.entries(variant.properties ?? {}).find(([, child]) => child.const !== undefined) ?? [];
    return (rows[index] ?? [])
      .filter((row) => index === 0 || !isShared(row))
      .map((row) =>
        isShared(row) || row.path === `${path}.${key ?? ""}`
          ? row
          : { ...row, description: `With \`${key ?? ""}: ${String(tag?.const)}\`. ${row.description}` },
      );
  });
}

function rowsOfMapping(path: string, node: Node): readonly Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    rowsOf(path === "" ? key : `${path}.${key}`, child, node.required?.includes(key) ?? false),
  );
}

const describe = (node: Node): string => (node.description ?? "").replaceAll("|", "\\|");

function table(rows: readonly Row[]): readonly string[] {
  return [
    "| Setting | Value | Default | |",
    "| --- | --- | --- | --- |",
    ...rows.map((row) => `| \`${row.path}\` | ${row.type} | ${row.byDefault} | ${row.description} |`),
  ];
}

const introduction = `# Settings

A stack's settings are in \`stacks/Pulumi.<stack>.yaml\`: the region in \`aws:region\`, everything else below
\`holdfast:cluster\`. This page is made from the schema (\`npm run docs:settings\`); paths are those of

    pulumi config set --path 'cluster.workers.general.max' 40

without the \`cluster.\` in front. An unknown key is an error. All problems are reported at once, before any resource is
looked at, also by \`npm run plan -- <stack>\`.`;

const together = `## What is checked together

- Region and zones exist; zones, ranges, tags and instance types are not there twice.
- The VPC's, the pods' and the services' range are private and disjoint, also from \`api.allowedCidrs\`.
- The VPC has room for every machine at its pools' maxima (a zone's private subnet is a sixteenth of it), and \`podCidr\`
  a part for every node, with an address for each of its pods; \`scale\` is for as many nodes as there may be, and etcd's
  volumes are as fast and as large as it needs.
- With \`protect: true\`, no single zone holds so many members that the quorum falls with it.
- An instance type's architecture is that of its pool, of a declared \`architecture\` and of the image; NVIDIA families go
  with \`gpu: true\` and no others; a control plane has two CPUs.
- gp3's ratios of IOPS to size and of throughput to IOPS.
- An authority of one's own and its key belong together, it may sign, its chain is complete and in order, and it outlives what
  it issues. That a rotation skips no stage, and that every machine is through with the last, \`pulumi up\` asks the cluster.
- Backups are made at least daily and drilled at least every six days; a tier is kept no shorter than the one below it, and
  nothing is locked for longer than it is kept.
- A restore is of the cluster's own backup, and its generation is above that of the backup. That it goes on from the
  generation before is known to the members alone; they refuse any other.
- etcd's quota fits three times on the volume.
- Prefixes of OpenID Connect issuers do not begin like each other; an e-mail address is a name only where a rule asks whether
  it is verified; CEL speaks of nothing but what it is about.
- Whoever decides or knows tokens is asked over TLS, under a name of its own; ABAC makes nobody administrator by mistake.
- A copy of the backups is in another region of the same partition, a topic for alarms in the cluster's own.
- Checksums in \`nodes.assets.sha256\` and images with a version in their name fit the Kubernetes version.
- Labels and taints are such that kubelet may set them on its own node, and fit into user data and into a group's tags.
- Without NAT: interface endpoints and a mirror for binaries.
- CoreDNS has no more replicas at least than at most.
- A warm pool is on demand and of one instance type; requirements stand in place of a list of types.
- Windows pools are amd64, beside a Linux pool, and their checksums are in \`nodes.assets.sha256\`.
- Tenants are a tree; what is below is no laxer than what is above, and quotas of tenants fit together into those above.
- Roles, groups, people, tenants, namespaces and priority classes that are named exist; no two people or groups share a name.
- Names keep within AWS' limits, and out of what AWS, Kubernetes and Holdfast reserve.
`;

/** The settings reference as Markdown. */
export function settingsReference(): string {
  const root = z.toJSONSchema(clusterSchema, { io: "output", unrepresentable: "any" }) as Node;
  const sections = Object.entries(root.properties ?? {});
  const single = sections.filter(
    ([key, node]) => key === "tags" || !(node.properties ?? node.oneOf ?? node.additionalProperties),
  );
  const region: Row = { path: "aws:region", type: "text", byDefault: "**required**", description: "AWS region." };
  const required = root.required ?? [];
  const singleRows = single.flatMap(([key, node]) => rowsOf(key, node, required.includes(key)));
  const parts = sections
    .filter((section) => !single.includes(section))
    .flatMap(([key, node]) => [
      "",
      `## \`${key}\``,
      "",
      [describe(node), node.defaultIs && `Default: ${node.defaultIs}.`].filter(Boolean).join(" "),
      "",
      ...table(rowsOf(key, node)),
    ]);
  return [introduction, "", "## The cluster", "", ...table([region, ...singleRows]), ...parts, "", together].join("\n");
}

if (require.main === module) writeFileSync(join(__dirname, "../docs/settings.md"), settingsReference());
