/** `holdfast validate`: checks that a cluster matches its settings and is healthy. */
import { setTimeout as sleep } from "node:timers/promises";

import { printJson, printLines } from "../../cli/program";
import { runCisChecks } from "../cis/command";
import { resolveTarget } from "../etcd/target";
import { kubectlAt, withKubeconfig } from "../kubectl";
import { insideRehearsal, rerunWithKubectl } from "../rehearsal";
import { Api } from "./api";
import { readKubeconfig } from "./certificateFacts";
import { checkFacts } from "./checkFacts";
import { fetchFacts } from "./fetchFacts";
import { type Validation, formatValidation, summarize } from "./result";

/** Pause between two validations with --wait. */
const pauseMs = 10_000;

interface ValidateOptions {
  readonly bucket?: string | undefined;
  /** Checks of the CIS benchmark instead of those of settings and health. */
  readonly cis?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly kubeconfig?: string | undefined;
  readonly rehearsal?: string | undefined;
  /** Minutes. */
  readonly wait: number;
}

type Command = ValidateOptions & { readonly stack: string };

/** Exit code 1 if a check failed or could not run. */
export async function runValidate(stack: string, options: ValidateOptions): Promise<number> {
  const command = { ...options, stack };
  if (options.rehearsal !== undefined && !insideRehearsal) return rerunWithKubectl(options.rehearsal, options);
  return withKubeconfig(command, (kubeconfig) => validate(command, kubeconfig));
}

async function validate(command: Command, kubeconfig: string): Promise<number> {
  const target = resolveTarget(command.stack, command.bucket);
  const api = new Api(kubectlAt(kubeconfig));
  if (command.cis === true) return runCisChecks(target, api, command.json);
  const access = readKubeconfig(kubeconfig);
  const deadline = Date.now() + command.wait * 60_000;
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

function print(found: Validation, json: boolean | undefined): number {
  if (json === true) printJson(found);
  else printLines(formatValidation(found));
  return found.valid ? 0 : 1;
}
