/** `holdfast new`: writes a stack file. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { UsageError, isClone, printJson, printLines } from "../../cli/program";
import { formatProblems } from "../../components/settings/problems";
import { knownRegions } from "../../components/settings/regions";
import { suggest } from "../../components/settings/suggestions";
import { parseStackFile } from "../../stacks/file/stackFile";
import { parseSettings } from "../../stacks/settings";
import { displayPath } from "../../stacks/stackFilePlaces";
import { stacksFolder } from "../../stacks/stacksFolder";
import { type NewStack, missingTags, profileOf } from "./newStack.plan";
import { Cancelled, askChoices } from "./questions";
import { renderStackFile } from "./stackFileText";

export interface NewOptions extends Omit<Partial<NewStack>, "stack" | "members" | "tags"> {
  readonly tag?: NewStack["tags"];
  readonly members?: "1" | "3" | "5" | undefined;
  readonly yes?: boolean | undefined;
  readonly print?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly stacks?: string | undefined;
}

/** @throws UsageError for choices that do not fit together, and for a file that exists. */
export async function runNew(stack: string, options: NewOptions): Promise<number> {
  const directory = options.stacks ?? stacksFolder;
  const file = join(directory, `Pulumi.${stack}.yaml`);
  const name = displayPath(file);
  // Pulumi's own rule for names of stacks.
  if (!/^[A-Za-z0-9_.-]{1,100}$/.test(stack)) {
    throw new UsageError(`${stack}: write a name of letters, digits, hyphens, underscores and dots`);
  }
  const prints = options.print === true;
  if (!prints && options.force !== true && existsSync(file)) {
    throw new UsageError(`${name} exists; add --force to overwrite it`);
  }
  const choices = await resolveChoices(stack, options);
  if (choices === undefined) return 1;
  const text = renderStackFile(choices, existsSync(join(directory, "schema.json")) ? "schema.json" : undefined);
  const problems = problemsOf(name, text);
  if (problems !== undefined)
    throw new UsageError(`these choices do not fit together; nothing was written\n${problems}`);
  if (prints) {
    process.stdout.write(text);
    return 0;
  }
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, text);
  if (options.json === true) return printJson({ file: name, choices });
  const folder = options.stacks === undefined ? "" : ` --stacks ${options.stacks}`;
  return printLines([
    `wrote ${name}`,
    `npx holdfast plan ${stack}${folder}      shows what it would create`,
    ...(isClone && options.stacks === undefined ? [`npx holdfast rehearse ${stack}  boots it on this machine`] : []),
  ]);
}

/** Undefined if the user cancelled the questions. */
async function resolveChoices(stack: string, options: NewOptions): Promise<NewStack | undefined> {
  const { profile, name, kubernetesVersion, zones, etcd, nat, arch, min, max, spot, protect, tag: tags } = options;
  const members = options.members === undefined ? undefined : Number(options.members);
  const region = options.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  checkRegion(region);
  const sizes = { zones, members, etcd, nat, arch, min, max, spot };
  const given = { stack, profile, name, kubernetesVersion, ...sizes, protect, tags };
  const { yes, print, json } = options;
  const asks = process.stdin.isTTY && process.stdout.isTTY && yes !== true && print !== true && json !== true;
  if (!asks) {
    if (region === undefined) throw new UsageError("specify the AWS region with --region or AWS_REGION");
    checkTags(given);
    return { ...given, region, profile: profile ?? profileOf(stack) };
  }
  try {
    // A region of the environment is a proposal only.
    return await askChoices({ ...given, region: options.region });
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    process.stderr.write(`${error.message}\n`);
    return undefined;
  }
}

function checkTags(given: Pick<NewStack, "stack" | "tags">): void {
  const missing = missingTags(given).map((key) => `--tag ${key}=<value>`);
  if (missing.length === 0) return;
  throw new UsageError(`the policies require tags for a stack with the name ${given.stack}; add ${missing.join(" ")}`);
}

function checkRegion(region: string | undefined): void {
  if (region === undefined || knownRegions.includes(region)) return;
  throw new UsageError(`unknown region ${region}; ${suggest(region, knownRegions)}`);
}

/** Problems of the settings as text, or undefined. */
function problemsOf(name: string, text: string): string | undefined {
  const read = parseStackFile(name, text);
  if (!read.ok) return formatProblems(read.problems);
  const parsed = parseSettings(read.file.config);
  // The file does not exist, so problems have no lines.
  return parsed.ok ? undefined : formatProblems(parsed.problems);
}
