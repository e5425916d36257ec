/** Calls to the rehearsal's AWS as its administrator. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { systemNamespace } from "../../components/addons/shared/pods.plan";
import { administratorCredentials } from "../aws/administrator";
import type { CallRecord } from "../aws/api/awsApi";
import type { SigningCredentials } from "../aws/iam/signature";
import { readBootPlan } from "../supervisor/bootPlan";
import type { RehearsedCluster } from "./rehearsedCluster";

const run = promisify(execFile);

const { accessKeyId, secretAccessKey } = administratorCredentials;

/**
 * Shell function `administrator_s3 [curl arguments] URL` for scripts on machines: a request to S3 with the administrator's keys.
 * lib/aws.sh signs with a session token, which these keys do not have.
 */
export const administratorS3 = `administrator_s3() {
  curl -qsSf --aws-sigv4 "aws:amz:$AWS_REGION:s3" -u ${accessKeyId}:${secretAccessKey} -H "x-amz-content-sha256: UNSIGNED-PAYLOAD" "$@"
}`;

/** Call signed with credentials, with arguments of curl. Rejects with the error message of AWS. */
async function callAws(
  cluster: RehearsedCluster,
  { accessKeyId, secretAccessKey, sessionToken }: SigningCredentials,
  service: string,
  args: readonly string[],
): Promise<string> {
  const { namespace, awsEndpoint } = cluster.status;
  const { region } = readBootPlan(cluster.client.paths.plan).cluster;
  const signed = ["--aws-sigv4", `aws:amz:${region}:${service}`, "--user", `${accessKeyId}:${secretAccessKey}`];
  const token = sessionToken === undefined ? [] : ["-H", `x-amz-security-token: ${sessionToken}`];
  const curl = [
    "curl",
    "-qsS",
    "-w",
    "\n%{http_code}",
    "--max-time",
    "30",
    ...signed,
    ...token,
    ...args,
    `${awsEndpoint}/`,
  ];
  // Answers of CloudWatch Logs exceed Node.js's default of 1 MiB.
  const { stdout } = await run("nsenter", [`--net=/run/netns/${namespace}`, ...curl], { maxBuffer: 64 << 20 });
  const [, body = "", status = ""] = /^([^]*)\n(\d+)$/.exec(stdout) ?? [];
  if (!status.startsWith("2")) throw new Error(elementTexts(body, "Message")[0] ?? `status ${status}: ${body}`);
  return body;
}

/** Services of the query protocol: name in the signature, and version of the API. */
const queryServices = {
  autoscaling: ["autoscaling", "2011-01-01"],
  ec2: ["ec2", "2016-11-15"],
  cloudwatch: ["monitoring", "2010-08-01"],
  /** Classic load balancers. */
  elb: ["elasticloadbalancing", "2012-06-01"],
  elbv2: ["elasticloadbalancing", "2015-12-01"],
} as const;

/** Credentials of a controller in namespace kube-system; the administrator's if the plan has no role for it. */
export async function controllerCredentials(
  cluster: RehearsedCluster,
  serviceAccount: string,
): Promise<SigningCredentials> {
  return (await cluster.client.controllerCredentials(systemNamespace, serviceAccount)) ?? administratorCredentials;
}

/** Call of the query protocol. @param credentials default: the administrator's. @returns XML. */
export function callQueryApi(
  cluster: RehearsedCluster,
  service: keyof typeof queryServices,
  action: string,
  parameters: Readonly<Record<string, string | number | boolean>>,
  credentials: SigningCredentials = administratorCredentials,
): Promise<string> {
  const [signed, Version] = queryServices[service];
  const form = new URLSearchParams({ Action: action, Version });
  for (const [name, value] of Object.entries(parameters)) form.set(name, String(value));
  return callAws(cluster, credentials, signed, ["--data", form.toString()]);
}

/** Call of the JSON protocol (SSM, SQS). @param target value of the header `x-amz-target`. @param credentials as above. */
export async function callJsonApi(
  cluster: RehearsedCluster,
  service: string,
  target: string,
  body: object,
  credentials: SigningCredentials = administratorCredentials,
): Promise<unknown> {
  const headers = ["-H", "content-type: application/x-amz-json-1.1", "-H", `x-amz-target: ${target}`];
  const answer = await callAws(cluster, credentials, service, [...headers, "--data", JSON.stringify(body)]);
  return answer === "" ? {} : (JSON.parse(answer) as unknown);
}

/** Texts of all XML elements with this name. */
export function elementTexts(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => text);
}

/** Calls of an action by machines, from the rehearsal's log. @param since ms since the epoch. */
export function readCallsSince(cluster: RehearsedCluster, action: string, since: number): CallRecord[] {
  return parseCalls(readFileSync(cluster.client.paths.awsLog, "utf8"), action, since);
}

/** @param lines JSON lines of the log. */
export function parseCalls(lines: string, action: string, since: number): CallRecord[] {
  return lines
    .split("\n")
    .filter((line) => line.includes(`"${action}"`))
    .map((line) => JSON.parse(line) as CallRecord & { readonly at: number })
    .filter((call) => call.action === action && call.at * 1000 >= since);
}
