/** `holdfast images`: shows the machine images of a cluster, and pins the newest ones in its stack file. */
import { readFileSync, writeFileSync } from "node:fs";

import { UsageError, printJson, printLines } from "../../cli/program";
import { imageGroups } from "../../components/machines/images.plan";
import { formatPath } from "../../components/settings/problems";
import { suggest } from "../../components/settings/suggestions";
import { insideRehearsal, rerunInsideRehearsal } from "../rehearsal";
import { readClusterSpec, stackFile } from "../stack";
import { createClients, fetchImageFacts } from "./fetchFacts";
import { imageStatus, planUpdate } from "./imageStatus";
import { setPins } from "./pins";
import { formatImages, formatUpdate } from "./report";

interface ImagesOptions {
  readonly update?: boolean | undefined;
  readonly rehearsal?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * @param names groups of machines to update; none: all
 * @throws UsageError for an unknown group, or for options that do not fit together.
 */
export async function runImages(stack: string, names: readonly string[], options: ImagesOptions): Promise<number> {
  const update = options.update === true;
  if (names.length > 0 && !update) throw new UsageError("groups require --update; omit them, or add --update");
  if (update && options.rehearsal !== undefined) {
    throw new UsageError("--update has no effect on a rehearsal, which has no pulumi up; omit one of the two");
  }
  const spec = readClusterSpec(stack);
  const groups = imageGroups(spec);
  const unknown = names.find((name) => groups.every((group) => group.name !== name));
  if (unknown !== undefined) {
    throw new UsageError(
      `unknown group ${unknown}; ${suggest(
        unknown,
        groups.map(({ name }) => name),
      )}`,
    );
  }
  if (options.rehearsal !== undefined && !insideRehearsal) return rerunInsideRehearsal(options.rehearsal);

  const clients = createClients(spec.region);
  const now = new Date();
  const facts = await fetchImageFacts(spec.name, groups, clients);
  const statuses = imageStatus(groups, facts, { now, maxDays: spec.nodes.maxImageAgeDays });
  if (!update) return options.json === true ? printJson(statuses) : printLines(formatImages(stack, statuses, now));
  const settingOf = (name: string): string => formatPath(groups.find((group) => group.name === name)?.path ?? []);
  const images = planUpdate(statuses, names, settingOf);
  const file = stackFile(stack);
  if (images.size > 0) writeFileSync(file, setPins(readFileSync(file, "utf8"), images));
  return options.json === true
    ? printJson(Object.fromEntries(images))
    : printLines(formatUpdate(stack, statuses, images));
}
