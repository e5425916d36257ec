import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { tableRow } from "../cli/markdown";
import { resourceTypes } from "./registry";

/** Titles of the sections, by module of the resource types. */
const titles: Readonly<Record<string, string>> = {
  autoscaling: "EC2 Auto Scaling",
  "cloudwatch/eventRule": "EventBridge",
  "cloudwatch/eventTarget": "EventBridge",
  cloudwatch: "CloudWatch",
  ebs: "EBS",
  "ec2/launchTemplate": "Launch templates",
  "ec2/vpcEndpoint": "VPC endpoints",
  ec2: "VPC",
  vpc: "VPC",
  ecr: "ECR",
  iam: "IAM",
  kms: "KMS",
  lb: "Elastic Load Balancing",
  route53: "Route 53",
  s3: "S3",
  scheduler: "EventBridge Scheduler",
  sns: "SNS",
  sqs: "SQS",
  ssm: "Systems Manager parameters",
};

/** `aws:ec2/vpc:Vpc` is `ec2.Vpc` in programs. */
const nameOf = (token: string): string => token.replace(/^aws:(\w+)\/\w+:(\w+)$/, "$1.$2");

function titleOf(token: string): string {
  const [, module = "", type = ""] = /^aws:(\w+)\/(\w+):/.exec(token) ?? [];
  const title = titles[`${module}/${type}`] ?? titles[module];
  if (title === undefined) throw new Error(`the rules of ${token} have no section; add its title`);
  return title;
}

const introduction = `# AWS rules

\`holdfast plan\` refuses what AWS would refuse. This page lists the rules that the simulated AWS enforces between settings of a
resource and between resources, with the error code of AWS and the page that states the rule. "Accepted" marks requests that
AWS accepts although the resource then does not work. The simulation also refuses unknown references, names in use and invalid
names, tags and policies.

Names, types, required parameters, patterns and enumerations are not listed here: \`tests/programs/awsRequests.test.ts\` checks the
requests of all stacks with botocore's models of the APIs, and with cfn-lint.

The page is generated from the code: \`npm run docs:aws-rules\`. To add a rule, add it to the \`rules\` of its resource type in
\`simulation/\`, and a request that violates it to \`tests/simulation/rules/\`.
`;

/** Markdown text of docs/aws-rules.md. */
export function rulesReference(): string {
  const sections = new Map<string, string[]>();
  for (const { token, rules = [] } of resourceTypes.values()) {
    if (rules.length === 0) continue;
    const rows = rules.map(({ id, sentence, source, code }) => {
      const refusal = code === undefined ? "Accepted" : `\`${code}\``;
      return tableRow([`\`${id}\``, `\`${nameOf(token)}\``, sentence, refusal, `[source](${source})`]);
    });
    sections.set(titleOf(token), [...(sections.get(titleOf(token)) ?? []), ...rows]);
  }
  const text = [...sections]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([title, rows]) => [
      "",
      `## ${title}`,
      "",
      "| Rule | Resource | Requirement | Refusal | Source |",
      "| --- | --- | --- | --- | --- |",
      ...rows,
    ]);
  return [introduction.trimEnd(), ...text, ""].join("\n");
}

if (require.main === module) writeFileSync(join(__dirname, "../docs/aws-rules.md"), rulesReference());
