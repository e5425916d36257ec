/** `npm run validate`: whether a cluster is as its settings say, and serves. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { targetOf } from "../etcd/target";
import { plannedBucket, runInRehearsal, withinRehearsal } from "../rehearsed";
import { readAccess } from "./certificateFacts";
import { gather } from "./gather";
import { judge } from "./judge";
import { Kubectl } from "./kubectl";
import type { KubectlCommand } from "./kubectl";
import { describe, validationOf } from "./result";
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

// The engines in package.json say which Node.js this takes; an operator has other worries.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** Wrong use of the command line. */
class UsageError extends Error {}

function parseCommand() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        bucket: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
        json: { type: "boolean", default: false },
        kubeconfig: { type: "string" },
        rehearsal: { type: "string" },
        wait: { type: "string" },
      },
    });
    const [stack, ...others] = positionals;
    if (values.help) return { ...values, stack: "", minutes: 0 };
    if (stack === undefined || others.length > 0) throw new UsageError("name one stack");
    const minutes = Number(values.wait ?? 0);
    if (!Number.isFinite(minutes) || minutes < 0) throw new UsageError("--wait takes a number of minutes");
    return { ...values, stack, minutes };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}

type Command = ReturnType<typeof parseCommand>;

async function main(): Promise<number> {
  const command = parseCommand();
  if (command.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (command.rehearsal !== undefined && !withinRehearsal) return inRehearsal(command.rehearsal, command);
  return withKubeconfig(command, (kubeconfig) => validate(command, kubeconfig));
}

async function validate(command: Command, kubeconfig: string): Promise<number> {
  const target = targetOf(command.stack, command.bucket);
  const kubectl = new Kubectl(kubectlCommand(kubeconfig));
  const access = readAccess(kubeconfig);
  const deadline = Date.now() + command.minutes * 60_000;
  for (;;) {
    const facts = await gather(target, kubectl, access);
    const found = validationOf(command.stack, target.spec.name, facts.now, judge(target.spec, facts));
    if (found.valid || Date.now() + pauseMs > deadline) return tell(found, command.json);
    const { subject, message } =
      found.checks.find(({ verdict }) => verdict === "failed" || verdict === "unknown") ?? {};
    process.stderr.write(`not yet: ${subject ?? ""}: ${message ?? ""}\n`);
    await sleep(pauseMs);
  }
}

function tell(found: Validation, json: boolean): number {
  process.stdout.write(`${json ? JSON.stringify(found, undefined, 2) : describe(found).join("\n")}\n`);
  return found.valid ? 0 : 1;
}

/** A rehearsal has a kubectl of its own. */
function kubectlCommand(kubeconfig: string): KubectlCommand {
  return [process.env.HOLDFAST_KUBECTL ?? "kubectl", "--kubeconfig", kubeconfig];
}

/** The stack's own kubeconfig is written down for as long as it is needed, for its owner alone. */
async function withKubeconfig(command: Command, work: (path: string) => Promise<number>): Promise<number> {
  if (command.kubeconfig !== undefined) return work(command.kubeconfig);
  const directory = mkdtempSync(join(tmpdir(), "holdfast-validate-"));
  try {
    const path = join(directory, "kubeconfig");
    writeFileSync(path, stackKubeconfig(command.stack), { mode: 0o600 });
    return await work(path);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function stackKubeconfig(stack: string): string {
  try {
    return execFileSync("pulumi", ["stack", "output", "kubeconfig", "--show-secrets", "--stack", stack], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const { stderr, code } = error as { stderr?: string; code?: string };
    const why = code === "ENOENT" ? "there is no Pulumi CLI here" : (stderr ?? String(error)).trim();
    throw new Error(`the stack's output kubeconfig cannot be read (${why}); name a file with --kubeconfig`, {
      cause: error,
    });
  }
}

async function inRehearsal(id: string, command: Command): Promise<number> {
  const { RehearsalClient } = await import("../../rehearsal/cloud/client.js");
  const client = RehearsalClient.of(id);
  const { kubectl, kubeconfig } = await client.status();
  if (kubeconfig === undefined || kubectl === undefined) throw new Error(`rehearsal ${id} has no API yet`);
  const bucket = command.bucket ?? plannedBucket(client.paths.plan);
  return runInRehearsal(client, __filename, {
    arguments: ["--bucket", bucket, "--kubeconfig", command.kubeconfig ?? kubeconfig],
    // After nsenter and its namespace comes the program itself.
    environment: { HOLDFAST_KUBECTL: kubectl[2] ?? "kubectl" },
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(error instanceof UsageError ? `${message}\n\n${usage}` : `${message}\n`);
  },
);
