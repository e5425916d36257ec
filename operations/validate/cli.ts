/** `npm run validate`: whether a cluster is as its settings say, and serves. */

import { setTimeout as sleep } from "node:timers/promises";

import { UsageError, parseStackArgument, runProgram, printLines } from "../../cli/program";
import type { Arguments, Options } from "../../cli/program";
import { resolveTarget } from "../etcd/target";
import { kubectlAt, withKubeconfig } from "../kubectl";
import { readPlannedBucket, rerunInsideRehearsal, insideRehearsal } from "../rehearsal";
import { Api } from "./api";
import { readAccess } from "./certificateFacts";
import { fetchFacts } from "./fetchFacts";
import { checkFacts } from "./checkFacts";
import { describe, summarize } from "./result";
import type { Validation } from "./result";

const usage = `npm run validate -- <stack> [options]

  Looks at the control plane, etcd, nodes and their groups, the system's pods, DNS, certificates, backups and alarms.
  Exit code 0: valid; 1: something has failed or could not be asked; 2: wrong use.

  --kubeconfig <file>  how to sign in, in place of the stack's output
  --bucket <name>      the backups bucket, in place of the stack's output
  --wait <minutes>     asks again until the cluster is valid, for so long at most
  --rehearsal <id>     of a running rehearsal
  --json               for programs
`;

/** From one look to the next. */
const pauseMs = 10_000;

const options = {
  bucket: { type: "string" },
  json: { type: "boolean", default: false },
  kubeconfig: { type: "string" },
  rehearsal: { type: "string" },
  wait: { type: "string", default: "0" },
} satisfies Options;

type Command = Arguments<typeof options>["values"] & { readonly stack: string; readonly minutes: number };

async function main({ values, positionals }: Arguments<typeof options>): Promise<number> {
  const stack = parseStackArgument(positionals);
  const minutes = Number(values.wait);
  if (!Number.isFinite(minutes) || minutes < 0) throw new UsageError("--wait takes a number of minutes");
  const command = { ...values, stack, minutes };
  if (values.rehearsal !== undefined && !insideRehearsal) return inRehearsal(values.rehearsal, command);
  return withKubeconfig(command, (kubeconfig) => validate(command, kubeconfig));
}

async function validate(command: Command, kubeconfig: string): Promise<number> {
  const target = resolveTarget(command.stack, command.bucket);
  const api = new Api(kubectlAt(kubeconfig));
  const access = readAccess(kubeconfig);
  const deadline = Date.now() + command.minutes * 60_000;
  for (;;) {
    const facts = await fetchFacts(target, api, access);
    const found = summarize(command.stack, target.spec.name, facts.now, checkFacts(target.spec, facts));
    if (found.valid || Date.now() + pauseMs > deadline) return show(found, command.json);
    const { subject, message } =
      found.checks.find(({ verdict }) => verdict === "failed" || verdict === "unknown") ?? {};
    process.stderr.write(`not yet: ${subject ?? ""}: ${message ?? ""}\n`);
    await sleep(pauseMs);
  }
}

function show(found: Validation, json: boolean): number {
  printLines(json ? [JSON.stringify(found, undefined, 2)] : describe(found));
  return found.valid ? 0 : 1;
}

async function inRehearsal(id: string, command: Command): Promise<number> {
  const { RehearsalClient } = await import("../../rehearsal/supervisor/client.js");
  const client = RehearsalClient.of(id);
  const { kubectl, kubeconfig } = await client.status();
  if (kubeconfig === undefined || kubectl === undefined) throw new Error(`rehearsal ${id} has no API yet`);
  const bucket = command.bucket ?? readPlannedBucket(client.paths.plan);
  return rerunInsideRehearsal(client, __filename, {
    arguments: ["--bucket", bucket, "--kubeconfig", command.kubeconfig ?? kubeconfig],
    // After nsenter and its namespace comes the program itself.
    environment: { HOLDFAST_KUBECTL: kubectl[2] ?? "kubectl" },
  });
}

runProgram({ usage, options }, main);
