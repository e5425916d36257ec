/** `holdfast etcd`: lists etcd backups, restores one, and shows the status of etcd. */
import { printJson, printLines } from "../../cli/program";
import { insideRehearsal, rerunInsideRehearsal } from "../rehearsal";
import { formatBackups, listBackups } from "./backups";
import { fetchBackupObjects } from "./bucket";
import { restore } from "./restore";
import { fetchStatus } from "./status";
import { type Target, resolveTarget } from "./target";

interface EtcdOptions {
  readonly bucket?: string | undefined;
  readonly rehearsal?: string | undefined;
  readonly json?: boolean | undefined;
}

export function runBackups(stack: string, options: EtcdOptions & { readonly all?: boolean | undefined }) {
  return withTarget(stack, options, async (target) => {
    const backups = listBackups(await fetchBackupObjects(target));
    if (options.json === true) return printJson(backups);
    return printLines(formatBackups(backups, new Date(), options.all === true ? Infinity : 20));
  });
}

/** @param backup key in the bucket, path of a local file, or `latest` */
export function runRestore(stack: string, backup: string, options: EtcdOptions) {
  return withTarget(stack, options, async (target) => {
    const restored = await restore(target, { snapshot: backup, immediately: insideRehearsal });
    return options.json === true ? printJson(restored.order) : printLines(restored.lines);
  });
}

/** Exit code 1 if action is required. */
export function runStatus(stack: string, options: EtcdOptions) {
  return withTarget(stack, options, async (target) => {
    const { lines, ...status } = await fetchStatus(target);
    if (options.json === true) printJson(status);
    else printLines(lines);
    return status.healthy ? 0 : 1;
  });
}

function withTarget(stack: string, options: EtcdOptions, work: (target: Target) => Promise<number>): Promise<number> {
  if (options.rehearsal !== undefined && !insideRehearsal) {
    return rerunInsideRehearsal(options.rehearsal, ({ bucket }) => ({
      arguments: ["--bucket", options.bucket ?? bucket()],
    }));
  }
  return work(resolveTarget(stack, options.bucket));
}
