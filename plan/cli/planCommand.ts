/** `holdfast plan`: the resources that `pulumi up` would create for a stack, without an AWS account. */
import { readFileSync } from "node:fs";

import { UsageError, messageOf, printJson } from "../../cli/program";
import { encryptedPassword } from "../../components/tenancy/registries.plan";
import { project } from "../../stacks/file/config";
import { stacksFolder } from "../../stacks/stacksFolder";
import { PlanError, plainPlan, planStack } from "../planStack";
import type { Plan, PlanProblem } from "../planStack";
import { comparePlans } from "../comparison/compare";
import { costDifference } from "../cost/costDifference";
import { costOf, existingSubnetZones } from "../cost/planCost";
import type { PlanCost } from "../cost/planCost";
import type { Comparison } from "../comparison/changes";
import { LiveStack } from "../live/liveStack";
import { readLiveStack } from "../live/readLiveStack";
import { distinctSecrets, reveal } from "../program/secret";
import { isRefusedChange } from "../comparison/losses";
import { parsePlanFile } from "../report/planFile";
import type { PlainPlan } from "../report/planFile";
import { describeComparison } from "../report/terminal/describeComparison";
import { describeCost } from "../report/terminal/describeCost";
import { describeSettingsChanges } from "../report/terminal/describeSettingsChanges";
import { describePlan } from "../report/terminal/describePlan";
import { describeVerdicts } from "../report/terminal/describeVerdicts";
import { describeWarnings } from "../report/terminal/describeWarnings";
import type { TerminalOptions } from "../report/terminal/style";
import { outputsChangedByUpdate, replacementProperties } from "../../simulation/registry";
import { isRefused, evaluatePolicies } from "../verdicts";
import type { Verdicts } from "../verdicts";
import { writePlan } from "./planFolder";
import { policyConfigPath, readPolicyConfig } from "./policyConfig";

export interface PlanOptions {
  readonly all?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly showSecrets?: boolean | undefined;
  readonly out?: string | undefined;
  /** Folder of the stack files. */
  readonly stacks?: string | undefined;
  /** File with an earlier plan, or `live`: the deployed state. */
  readonly against?: string | undefined;
  readonly policyConfig?: string | undefined;
}

/** Value of `against` for the deployed state. */
const deployedState = "live";

type Command = PlanOptions & { readonly stack: string };

/**
 * Plans a stack and prints the plan.
 * @returns exit code: 1 if settings are invalid, if AWS or a mandatory policy refuses the plan, or if a live cluster cannot make a change.
 */
export async function runPlan(stack: string, options: PlanOptions): Promise<number> {
  const command = { ...options, stack };
  const before = readFormer(command);
  const plan = await planOrProblems(command, before);
  if (!("resources" in plan)) {
    if (command.json === true) printJson({ problems: plan.problems });
    else process.stderr.write(describeProblems(plan.problems));
    return 1;
  }
  const verdicts = evaluateWithConfig(plan, command);
  const content = plainPlan(plan, command);
  const subnetZones = existingSubnetZones(plan.spec.network.vpc);
  const plain = { ...content, policies: verdicts, cost: costOf(content, { subnetZones }) };
  const comparison = before && compare(before, plan, command, plain);
  report(plan, plain, command, comparison);
  return isRefused(verdicts) || (comparison !== undefined && isRefusedChange(comparison)) ? 1 : 0;
}

/** @throws Error with a hint for an error of the program itself. */
async function planOrProblems(
  { stack, stacks }: Command,
  before: PlainPlan | LiveStack | undefined,
): Promise<Plan | { readonly problems: readonly PlanProblem[] }> {
  try {
    const live = before instanceof LiveStack ? before : undefined;
    return await planStack(stack, { directory: stacks, live, outputs: before?.outputs });
  } catch (error) {
    if (error instanceof PlanError) return { problems: error.problems };
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`${text}\nSet HOLDFAST_TRACE=1 for a stack trace.`, { cause: error });
  }
}

type JudgedPlan = ReturnType<typeof plainPlan> & { readonly policies: Verdicts; readonly cost: PlanCost };

function evaluateWithConfig(plan: Plan, { policyConfig, stack, stacks }: Command): Verdicts {
  const path = policyConfig ?? policyConfigPath(stack, stacks);
  if (path === undefined) return evaluatePolicies(plan);
  return asUsageError(path, () => evaluatePolicies(plan, { config: readPolicyConfig(path) }));
}

/** State that the plan is compared with; undefined: none. */
function readFormer({ against, stack, stacks }: Command): PlainPlan | LiveStack | undefined {
  if (against === undefined) return undefined;
  return against === deployedState ? readLiveStack(stack, project, stacks ?? stacksFolder) : readPlan(against, stack);
}

function readPlan(path: string, stack: string): PlainPlan {
  const plan = asUsageError(path, () => parsePlanFile(readFileSync(path, "utf8")));
  if (plan.stack !== stack)
    throw new UsageError(`${path} is a plan of stack ${plan.stack}; choose one of stack ${stack}`);
  return plan;
}

/** Turns a failure into a usage error that names the given path. */
function asUsageError<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UsageError(`${path}: ${messageOf(error)}`, { cause: error });
  }
}

function report(plan: Plan, plain: JudgedPlan, command: Command, comparison: Comparison | undefined): void {
  if (command.out !== undefined) {
    const { out } = command;
    asUsageError(out, () => {
      writePlan(out, plan, plain, comparison);
    });
    process.stderr.write(`plan written to ${out}\n`);
  }
  if (command.json === true) {
    printJson({ ...plain, comparison });
    return;
  }
  const options: TerminalOptions = {
    all: command.all,
    color: process.stdout.isTTY && (process.env.NO_COLOR ?? "") === "",
    width: process.stdout.isTTY ? process.stdout.columns : undefined,
  };
  process.stdout.write(
    [
      comparison === undefined ? describePlan(plain, options) : describeComparison(comparison, options),
      describeCost(plain.cost, comparison?.cost, options),
      describeVerdicts(plain.policies, options),
      ...(plan.warnings.length > 0 ? [describeWarnings(plan.warnings, options)] : []),
      ...(comparison ? [describeSettingsChanges(comparison, options)] : []),
    ].join("\n"),
  );
}

function compare(former: PlainPlan | LiveStack, plan: Plan, command: Command, plain: JudgedPlan): Comparison {
  const types = { replaceOn: replacementProperties, changesWithUpdate: outputsChangedByUpdate };
  const [before, after] = former instanceof LiveStack ? comparable(former, plan, command) : [former, plain];
  return { ...comparePlans(before, after, types), cost: costDifference(costOf(before), plain.cost) };
}

/** The deployed state and the plan, with secrets in a form that tells whether they differ. */
function comparable(live: LiveStack, plan: Plan, { showSecrets }: Command): readonly [PlainPlan, PlainPlan] {
  const secretForm = showSecrets === true ? reveal : distinctSecrets(encryptedPassword);
  const after = plainPlan(plan, { secretForm });
  return [live.toPlan(after, secretForm), after];
}

const describeProblems = (problems: readonly PlanProblem[]): string =>
  [
    ...problems.map(({ place, path, found, message }) =>
      place === undefined ? `${path}: ${found}\n    ${message}` : `${place}: ${path}: ${message}\n    found: ${found}`,
    ),
    problems.length === 1 ? "1 problem" : `${problems.length} problems`,
    "",
  ].join("\n");
