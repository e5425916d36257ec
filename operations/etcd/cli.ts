/** `npm run etcd`: lists etcd backups, restores one, and shows the status of etcd. */
import { type Arguments, type Options, UsageError, printLines, runProgram } from "../../cli/program";
import { insideRehearsal, rerunInsideRehearsal } from "../rehearsal";
import { formatBackups, listBackups } from "./backups";
import { fetchBackupObjects } from "./bucket";
import { restore } from "./restore";
import { fetchStatus } from "./status";
import { resolveTarget } from "./target";

const usage = `npm run etcd -- <command> <stack> [options]

  backups <stack>                    lists the backups: age, generation, revision, size, tiers
  restore <stack> <key|file|latest>  writes the setting etcd.restore; the next pulumi up restores the backup
  status <stack>                     shows newest backups, members and alarms; exit code 1 if action is required

  --bucket <name>      backups bucket; default: output backupsBucket of the stack (needs the Pulumi CLI)
  --rehearsal <id>     use a running rehearsal; restore then starts at once
  --all                backups: list all, not only the newest 20
  --json               backups: print JSON
`;

const options = {
  all: { type: "boolean", default: false },
  bucket: { type: "string" },
  json: { type: "boolean", default: false },
  rehearsal: { type: "string" },
} satisfies Options;

async function main({ values, positionals }: Arguments<typeof options>): Promise<number> {
  const [command = "", stack, snapshot] = positionals;
  const valid = command === "restore" ? snapshot : ["backups", "status"].includes(command) && snapshot === undefined;
  if (stack === undefined || !valid) throw new UsageError("specify a command and a stack");
  if (values.rehearsal !== undefined && !insideRehearsal) {
    return rerunInsideRehearsal(values.rehearsal, __filename, ({ bucket }) => ({
      arguments: ["--bucket", values.bucket ?? bucket()],
    }));
  }

  const target = resolveTarget(stack, values.bucket);
  switch (command) {
    case "restore":
      return printLines(await restore(target, { snapshot: snapshot ?? "", immediately: insideRehearsal }));
    case "status": {
      const { lines, healthy } = await fetchStatus(target);
      printLines(lines);
      return healthy ? 0 : 1;
    }
    default: {
      const backups = listBackups(await fetchBackupObjects(target));
      if (values.json) return printLines([JSON.stringify(backups, undefined, 2)]);
      return printLines(formatBackups(backups, new Date(), values.all ? Infinity : 20));
    }
  }
}

runProgram({ usage, options }, main);
