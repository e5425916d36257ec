/** docs/iam.md: the permissions in the plans of two stacks with all features that need permissions, and their purposes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { tableRow } from "../cli/markdown";
import { purposeOf, statementPurposes } from "../components/aws/statementPurposes.plan";
import { planStack } from "./planStack";
import { listOf, type PolicyKind, policyDocuments } from "./policyDocuments";

/** Settings on top of a stack file, so that each statement is in some plan. */
const stacks: readonly { readonly stack: string; readonly overrides: object }[] = [
  { stack: "staging", overrides: {} },
  {
    stack: "prod",
    overrides: {
      access: { serviceAccountIssuer: "cloudfront" },
      addons: { externalDns: { enabled: true, hostedZoneIds: ["Z0123456789ABC"] } },
      nodes: { ecr: { pullThroughCache: { k8s: { upstreamRegistryUrl: "registry.k8s.io" } } } },
      maintenance: { windows: [{ days: ["Sat"], start: "02:00", hours: 4 }] },
      etcd: { restore: { generation: 2, snapshot: "prod/backups/all/20261101T003000Z-g1-r1234-b.db.gz" } },
    },
  },
];

/** Allow statement of one or several documents that differ only in the member. */
interface Row {
  readonly document: string;
  readonly kind: PolicyKind;
  readonly sid: string;
  readonly actions: readonly string[];
}

async function listRows(): Promise<readonly Row[]> {
  const rows = new Map<string, Row>();
  for (const { stack, overrides } of stacks) {
    const { resources, spec } = await planStack(stack, { overrides });
    for (const { name, kind, statements } of policyDocuments(resources)) {
      const document = name
        .replace(`${spec.name}-`, "")
        .replace(/\.\w+$/, "")
        .replace(/-[a-e]-/, "-MEMBER-");
      for (const { Sid: sid = "", Effect, Action } of statements) {
        if (Effect === "Allow") rows.set(`${document} ${sid}`, { document, kind, sid, actions: listOf(Action) });
      }
    }
  }
  const missing = Object.keys(statementPurposes).filter((sid) => ![...rows.values()].some((row) => row.sid === sid));
  if (missing.length > 0)
    throw new Error(`no policy has these statements; remove their purposes: ${missing.join(", ")}`);
  return [...rows.values()];
}

const introduction = `# IAM permissions

Each Allow statement of the stacks' policies by its \`Sid\`, with the calls that need it. \`MEMBER\` stands for the letter of a
member. \`npx holdfast plan <stack> --json\` has the complete policies, with resources and conditions.

In a rehearsal, AWS calls need a valid signature and permission by these policies. \`npx holdfast rehearse --permissions\` lists the
statements that no call has used.

The page is generated from the code: \`npm run docs:iam\`. The purposes are in \`components/aws/statementPurposes.plan.ts\`.
`;

const code = (texts: readonly string[]): string => texts.map((text) => `\`${text}\``).join(", ");
const purpose = (sid: string): string => purposeOf(sid) ?? "";

/** Markdown text of docs/iam.md. */
export async function iamReference(): Promise<string> {
  const rows = await listRows();
  const ofKind = (kind: PolicyKind): readonly Row[] => rows.filter((one) => one.kind === kind);
  const identity = ofKind("identity");
  const documents = [...new Set(identity.map(({ document }) => document))].sort();
  const byDocument = (left: Row, right: Row): number => (left.document < right.document ? -1 : 1);
  return [
    introduction.trimEnd(),
    "",
    "## Permissions of roles",
    ...documents.flatMap((document) => [
      "",
      `### \`${document}\``,
      "",
      "| Statement | Purpose | Actions |",
      "| --- | --- | --- |",
      ...identity
        .filter((one) => one.document === document)
        .map(({ sid, actions }) => tableRow([code([sid]), purpose(sid), code(actions)])),
    ]),
    "",
    "## Trust policies",
    "",
    "| Role | Statement | Purpose |",
    "| --- | --- | --- |",
    ...[...ofKind("trust")]
      .sort(byDocument)
      .map(({ document, sid }) => tableRow([code([document]), code([sid]), purpose(sid)])),
    "",
    "## Policies of keys, buckets, queues and topics",
    "",
    "| Resource | Statement | Purpose | Actions |",
    "| --- | --- | --- | --- |",
    ...[...ofKind("resource")]
      .sort(byDocument)
      .map(({ document, sid, actions }) => tableRow([code([document]), code([sid]), purpose(sid), code(actions)])),
    "",
  ].join("\n");
}

if (require.main === module) {
  void iamReference().then((text) => {
    writeFileSync(join(__dirname, "..", "docs", "iam.md"), text);
  });
}
