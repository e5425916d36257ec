/** `npm run validate`: checks that a cluster matches its settings and is healthy. */
import { setTimeout as sleep } from "node:timers/promises";

import {
  type Arguments,
  type Options,
  UsageError,
  parseStackArgument,
  printLines,
  runProgram,
} from "../../cli/program";
import { resolveTarget } from "../etcd/target";
import { kubectlAt, withKubeconfig } from "../kubectl";
import { insideRehearsal, rerunWithKubectl } from "../rehearsal";
import { Api } from "./api";
import { readKubeconfig } from "./certificateFacts";
import { checkFacts } from "./checkFacts";
import { fetchFacts } from "./fetchFacts";
import { type Validation, formatValidation, summarize } from "./result";

const usage = `npm run validate -- <stack> [options]

  Checks control plane, etcd, nodes and their Auto Scaling groups, system pods, DNS, certificates, backups and alarms.
  Exit code 0: valid; 1: a check failed or could not run; 2: wrong arguments.

  --kubeconfig <file>  use this kubeconfig instead of the stack output
  --bucket <name>      use this backups bucket instead of the stack output
  --wait <minutes>     repeat until the cluster is valid, at most this long; default: 0
  --rehearsal <id>     use a running rehearsal
  --json               print JSON
`;

/** Pause between two validations with --wait. */
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
  if (!(minutes >= 0 && minutes < Infinity)) throw new UsageError("--wait takes a number of minutes");
  const command = { ...values, stack, minutes };
  if (values.rehearsal !== undefined && !insideRehearsal) return rerunWithKubectl(values.rehearsal, __filename, values);
  return withKubeconfig(command, (kubeconfig) => validate(command, kubeconfig));
}

async function validate(command: Command, kubeconfig: string): Promise<number> {
  const target = resolveTarget(command.stack, command.bucket);
  const api = new Api(kubectlAt(kubeconfig));
  const access = readKubeconfig(kubeconfig);
  const deadline = Date.now() + command.minutes * 60_000;
  for (;;) {
    const facts = await fetchFacts(target, api, access);
    const found = summarize(command.stack, target.spec.name, facts.now, checkFacts(target.spec, facts));
    if (found.valid || Date.now() + pauseMs > deadline) return print(found, command.json);
    const { subject, message } =
      found.checks.find(({ verdict }) => verdict === "failed" || verdict === "unknown") ?? {};
    process.stderr.write(`not valid yet: ${subject ?? ""}: ${message ?? ""}\n`);
    await sleep(pauseMs);
  }
}

function print(found: Validation, json: boolean): number {
  printLines(json ? [JSON.stringify(found, undefined, 2)] : formatValidation(found));
  return found.valid ? 0 : 1;
}

runProgram({ usage, options }, main);
