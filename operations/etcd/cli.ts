/** `npm run etcd`: what an operator asks of etcd's backups, and how one is restored. */

import { parseArgs } from "node:util";

import { plannedBucket, runInRehearsal, withinRehearsal } from "../rehearsed";
import { storedBackups } from "./bucket";
import { backupTable, listBackups } from "./listing";
import { restore } from "./restore";
import { status } from "./status";
import { targetOf } from "./target";

const usage = `npm run etcd -- <command> <stack> [options]

  backups <stack>                    what is in the bucket: age, generation, revision, size, tiers
  restore <stack> <key|file|latest>  writes the setting that restores it; pulumi up then does
  status <stack>                     newest backups, members, alarms; exit code 1 when something needs a person

  --bucket <name>      the backups bucket, where no Pulumi CLI can be asked for it
  --rehearsal <id>     of a running rehearsal; restore is then ordered at once
  --all                backups: all of them, not the newest 20
  --json               backups: for programs
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: "boolean", default: false },
    bucket: { type: "string" },
    help: { type: "boolean", short: "h" },
    json: { type: "boolean", default: false },
    rehearsal: { type: "string" },
  },
});

// The engines in package.json say which Node.js this takes; an operator has other worries.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

async function main(): Promise<number> {
  const [command = "", stack, what] = positionals;
  const right = ["backups", "status"].includes(command)
    ? what === undefined
    : command === "restore" && what !== undefined;
  if (values.help === true || stack === undefined || !right) {
    (values.help === true ? process.stdout : process.stderr).write(usage);
    return values.help === true ? 0 : 2;
  }
  if (values.rehearsal !== undefined && !withinRehearsal) return inRehearsal(values.rehearsal);

  const target = targetOf(stack, values.bucket);
  switch (command) {
    case "restore":
      return tell(await restore(target, { what: what ?? "", atOnce: withinRehearsal }));
    case "status": {
      const { lines, sound } = await status(target);
      tell(lines);
      return sound ? 0 : 1;
    }
    default: {
      const backups = listBackups(await storedBackups(target));
      if (values.json) return tell([JSON.stringify(backups, undefined, 2)]);
      return tell(backupTable(backups, new Date(), values.all ? Infinity : 20));
    }
  }
}

function tell(lines: readonly string[]): number {
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

async function inRehearsal(id: string): Promise<number> {
  const { RehearsalClient } = await import("../../rehearsal/cloud/client.js");
  const client = RehearsalClient.of(id);
  const bucket = values.bucket ?? plannedBucket(client.paths.plan);
  return runInRehearsal(client, __filename, { arguments: ["--bucket", bucket] });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
