/** Calls of the rehearsal's AWS, as its administrator. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import type { CallRecord } from "../aws/api/awsApi";
import { readBootPlan } from "../supervisor/bootPlan";
import type { RehearsedCluster } from "./rehearsedCluster";

const run = promisify(execFile);

/** A call by curl's arguments. Rejects with AWS's words where it refuses. */
export async function callAws(cluster: RehearsedCluster, service: string, args: readonly string[]): Promise<string> {
  const { namespace, awsEndpoint } = cluster.status;
  const { region } = readBootPlan(cluster.client.paths.plan).cluster;
  const signed = ["--aws-sigv4", `aws:amz:${region}:${service}`, "--user", "rehearsal:rehearsal"];
  const curl = ["curl", "-qsS", "-w", "\n%{http_code}", "--max-time", "30", ...signed, ...args, `${awsEndpoint}/`];
  const { stdout } = await run("nsenter", [`--net=/run/netns/${namespace}`, ...curl]);
  const [, body = "", status = ""] = /^([^]*)\n(\d+)$/.exec(stdout) ?? [];
  if (!status.startsWith("2")) throw new Error(elementTexts(body, "Message")[0] ?? `status ${status}: ${body}`);
  return body;
}

/** Services that take forms: the name that their calls are signed by, and the version of their API. */
const formServices = {
  autoscaling: ["autoscaling", "2011-01-01"],
  ec2: ["ec2", "2016-11-15"],
  /** Classic load balancers. */
  elb: ["elasticloadbalancing", "2012-06-01"],
  elbv2: ["elasticloadbalancing", "2015-12-01"],
} as const;

/** A call of a service that takes forms. */
export function callQueryApi(
  cluster: RehearsedCluster,
  service: keyof typeof formServices,
  action: string,
  parameters: Readonly<Record<string, string | number | boolean>>,
): Promise<string> {
  const [signed, Version] = formServices[service];
  const form = new URLSearchParams({ Action: action, Version });
  for (const [name, value] of Object.entries(parameters)) form.set(name, String(value));
  return callAws(cluster, signed, ["--data", form.toString()]);
}

/** A call of a service that speaks JSON (SSM, SQS); `target` as the protocol's header has it. */
export async function callJsonApi(
  cluster: RehearsedCluster,
  service: string,
  target: string,
  body: object,
): Promise<unknown> {
  const headers = ["-H", "content-type: application/x-amz-json-1.1", "-H", `x-amz-target: ${target}`];
  const answer = await callAws(cluster, service, [...headers, "--data", JSON.stringify(body)]);
  return answer === "" ? {} : (JSON.parse(answer) as unknown);
}

/** Texts of all elements with a name, in their order. */
export function elementTexts(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => text);
}

/** Calls of an action that machines have made since a time in ms since the epoch. */
export function readCallsSince(cluster: RehearsedCluster, action: string, since: number): CallRecord[] {
  return parseCalls(readFileSync(cluster.client.paths.awsLog, "utf8"), action, since);
}

/** The same of a record's lines. */
export function parseCalls(lines: string, action: string, since: number): CallRecord[] {
  return lines
    .split("\n")
    .filter((line) => line.includes(`"${action}"`))
    .map((line) => JSON.parse(line) as CallRecord & { readonly at: number })
    .filter((call) => call.action === action && call.at * 1000 >= since);
}
