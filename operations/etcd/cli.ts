/** `npm run etcd`: what an operator asks of etcd's backups, and how one is restored. */

import { UsageError, runProgram, printLines } from "../../cli/program";
import type { Arguments, Options } from "../../cli/program";
import { readPlannedBucket, rerunInsideRehearsal, insideRehearsal } from "../rehearsal";
import { fetchBackupObjects } from "./bucket";
import { formatBackups, listBackups } from "./backups";
import { restore } from "./restore";
import { status } from "./status";
import { resolveTarget } from "./target";

const usage = `npm run etcd -- <command> <stack> [options]

  backups <stack>                    what is in the bucket: age, generation, revision, size, tiers
  restore <stack> <key|file|latest>  writes the setting that restores it; pulumi up then does
  status <stack>                     newest backups, members, alarms; exit code 1 when something needs a person

  --bucket <name>      the backups bucket, where no Pulumi CLI can be asked for it
  --rehearsal <id>     of a running rehearsal; restore is then ordered at once
  --all                backups: all of them, not the newest 20
  --json               backups: for programs
`;

const options = {
  all: { type: "boolean", default: false },
  bucket: { type: "string" },
  json: { type: "boolean", default: false },
  rehearsal: { type: "string" },
} satisfies Options;

async function main({ values, positionals }: Arguments<typeof options>): Promise<number> {
  const [command = "", stack, what] = positionals;
  const right = ["backups", "status"].includes(command)
    ? what === undefined
    : command === "restore" && what !== undefined;
  if (stack === undefined || !right) throw new UsageError("name a command and what it is about");
  if (values.rehearsal !== undefined && !insideRehearsal) return inRehearsal(values.rehearsal, values.bucket);

  const target = resolveTarget(stack, values.bucket);
  switch (command) {
    case "restore":
      return printLines(await restore(target, { what: what ?? "", atOnce: insideRehearsal }));
    case "status": {
      const { lines, sound } = await status(target);
      printLines(lines);
      return sound ? 0 : 1;
    }
    default: {
      const backups = listBackups(await fetchBackupObjects(target));
      if (values.json) return printLines([JSON.stringify(backups, undefined, 2)]);
      return printLines(formatBackups(backups, new Date(), values.all ? Infinity : 20));
    }
  }
}

async function inRehearsal(id: string, given: string | undefined): Promise<number> {
  const { RehearsalClient } = await import("../../rehearsal/supervisor/client.js");
  const client = RehearsalClient.of(id);
  const bucket = given ?? readPlannedBucket(client.paths.plan);
  return rerunInsideRehearsal(client, __filename, { arguments: ["--bucket", bucket] });
}

runProgram({ usage, options }, main);
