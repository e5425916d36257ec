import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { tableRow } from "../../cli/markdown";
import { benchmarkVersion, cisChecks } from "./checks";
import { judgments } from "./judgments";
import { checkovFindings, kubeBenchFindings } from "./scanners";

const sections: readonly (readonly [prefix: string, title: string])[] = [
  ["1.1", "Files of the control plane"],
  ["1.2", "API server"],
  ["1.3", "Controller manager"],
  ["1.4", "Scheduler"],
  ["2", "etcd"],
  ["3", "Audit logging"],
  ["4.1", "Files of nodes"],
  ["4.2", "kubelet"],
  ["4.3", "kube-proxy"],
  ["5.1", "RBAC"],
  ["5.2", "Pod Security"],
];

const introduction = `# Security

## Check a cluster

\`holdfast validate --cis\` checks a running cluster against the CIS Kubernetes Benchmark ${benchmarkVersion}, which is the one for
Kubernetes 1.32 and later:

\`\`\`sh
npx holdfast validate prod --cis
npx holdfast validate prod --cis --json
npx holdfast validate staging --cis --rehearsal staging
\`\`\`

It prints one line per check:

| Mark | Verdict | Meaning |
| --- | --- | --- |
| ✓ | \`pass\` | The check is met. |
| ✗ | \`fail\` | An automated check is not met. The lines below it name each machine or object, and what to do. |
| ! | \`warn\` | A manual check is not met, which is a matter of judgment. |
| - | \`not applicable\` | The cluster has no such file. |
| ? | \`unknown\` | Facts are missing: a machine or the API did not answer. |

Exit code 1 means that a check failed or is unknown. Machines run a read-only script through SSM Run Command: all control-plane and
etcd machines, and up to three workers of each pool. It reads modes, owners, command lines and configuration, and prints no keys
or tokens. Windows workers are left out: the benchmark is for Linux.

The command needs the permissions of \`holdfast validate\`, and in IAM \`ssm:GetCommandInvocation\`, and \`ssm:SendCommand\` on the
document \`AWS-RunShellScript\` and on the cluster's instances. An identity that may send commands is root on these machines: grant it
to administrators only.

## CIS Kubernetes Benchmark

*Automated* checks are those that the benchmark marks so. CI runs all checks on a booted cluster.
`;

const manualTitle = `## Manual checks without facts

These checks of the benchmark are a matter of judgment:

| Checks | Subject | Answer |
| --- | --- | --- |`;

const scannersTitle = `## kube-bench

kube-bench reports these checks of a control-plane machine with stacked etcd as FAIL or WARN:

| Checks | Reason |
| --- | --- |`;

const checkovTitle = `## checkov

The AWS resources of staging and prod, converted to Terraform's form, pass all other checks of checkov. CI runs it.

| Checks | Requirement | Resources | Reason |
| --- | --- | --- | --- |`;

/** Markdown text of docs/security.md. */
export function securityReference(): string {
  const tables = sections.flatMap(([prefix, title]) => {
    const checks = cisChecks.filter(({ id }) => id.startsWith(`${prefix}.`));
    return [
      "",
      `### ${title}`,
      "",
      "| Check | Kind | Requirement | Answer |",
      "| --- | --- | --- | --- |",
      ...checks.map(({ id, title: requirement, automated, answer }) =>
        tableRow([id, automated ? "automated" : "manual", requirement, answer]),
      ),
    ];
  });
  return [
    introduction.trimEnd(),
    ...tables,
    "",
    manualTitle,
    ...judgments.map(({ ids, title, answer }) => tableRow([ids.join(", "), title, answer])),
    "",
    scannersTitle,
    ...kubeBenchFindings.map(({ ids, reason }) => tableRow([ids.join(", "), reason])),
    "",
    checkovTitle,
    ...checkovFindings.map(({ ids, requirement, resources, reason }) =>
      tableRow([ids.join(", "), requirement, resources.map((name) => `\`${name}\``).join(", "), reason]),
    ),
    "",
  ].join("\n");
}

if (require.main === module) writeFileSync(join(__dirname, "../../docs/security.md"), securityReference());
