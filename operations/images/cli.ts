/** `npm run images`: shows the machine images of a cluster, and pins the newest ones in its stack file. */
import { readFileSync, writeFileSync } from "node:fs";

import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { SSMClient } from "@aws-sdk/client-ssm";

import { type Arguments, type Options, UsageError, printLines, runProgram } from "../../cli/program";
import { imageGroups } from "../../components/machines/images.plan";
import { formatPath } from "../../components/settings/problems";
import { suggest } from "../../components/settings/suggestions";
import { insideRehearsal, rerunInsideRehearsal } from "../rehearsal";
import { readClusterSpec, stackFile } from "../stack";
import { fetchImageFacts } from "./fetchFacts";
import { imageStatus, planUpdate } from "./imageStatus";
import { setPins } from "./pins";
import { formatImages, formatUpdate } from "./report";

const usage = `npm run images -- <stack> [options]
npm run images -- <stack> --update [<group> …]

  Shows the machine image of each group of machines (control-plane, etcd, worker-<pool>): the image in use, its age, and the
  newest image of its SSM parameter. Changes nothing on AWS.

  --update          pins the newest images, of all groups or of those named, in nodes.imagePins of the stack file; the next
                    pulumi up rolls them out
  --rehearsal <id>  use a running rehearsal
  --json            print JSON
`;

const options = {
  json: { type: "boolean", default: false },
  rehearsal: { type: "string" },
  update: { type: "boolean", default: false },
} satisfies Options;

async function main({ values, positionals }: Arguments<typeof options>): Promise<number> {
  const [stack, ...names] = positionals;
  if (stack === undefined) throw new UsageError("specify one stack");
  if (names.length > 0 && !values.update) throw new UsageError("specify one stack; groups require --update");
  if (values.update && values.rehearsal !== undefined) {
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
  if (values.rehearsal !== undefined && !insideRehearsal) return rerunInsideRehearsal(values.rehearsal, __filename);

  const { region } = spec;
  const clients = {
    autoScaling: new AutoScalingClient({ region }),
    ec2: new EC2Client({ region }),
    ssm: new SSMClient({ region }),
  };
  const statuses = imageStatus(groups, await fetchImageFacts(spec.name, groups, clients));
  if (!values.update) {
    return printLines(
      values.json ? [JSON.stringify(statuses, undefined, 2)] : formatImages(stack, statuses, new Date()),
    );
  }
  const settingOf = (name: string): string => formatPath(groups.find((group) => group.name === name)?.path ?? []);
  const images = planUpdate(statuses, names, settingOf);
  const file = stackFile(stack);
  if (images.size > 0) writeFileSync(file, setPins(readFileSync(file, "utf8"), images));
  return printLines(formatUpdate(stack, statuses, images));
}

runProgram({ usage, options }, main);
