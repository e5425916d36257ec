/** `npm run plan`: the resources that `pulumi up` would create for a stack, without an AWS account. */
import { readFileSync } from "node:fs";

import { UsageError, messageOf, parseStackArgument } from "../../cli/program";
import type { Arguments, Options, Program } from "../../cli/program";
import { PlanError, plainPlan, planStack } from "../planStack";
import type { Plan, PlanProblem } from "../planStack";
import { comparePlans } from "../comparison/compare";
import { costDifference } from "../cost/costDifference";
import { costOf, existingSubnetZones } from "../cost/planCost";
import type { PlanCost } from "../cost/planCost";
import type { Comparison } from "../comparison/changes";
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

const usage = `npm run plan -- <stack> [options]     plan the stack of stacks/Pulumi.<stack>.yaml offline, with its
                                      monthly cost

  --json                print the plan as JSON on standard output
  --show-secrets        print secrets instead of [secret]
  --out <dir>           write user data, node bundle, kubeadm and kubelet configuration, an HTML report and plan.json
  --all                 list every resource, also several of one type in a component
  --stacks <dir>        folder of the stack files (default: stacks/)
  --against <file>      compare with a plan saved with --json or --out
  --policy-config <file>  levels, parameters and exemptions of the policies (default: policies.<stack>.json beside the
                        stack file)

Exit code: 0 planned, 1 refused by AWS, by a mandatory policy or as a change of the compared plan, 2 wrong usage.
`;

const options = {
  against: { type: "string" },
  all: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  out: { type: "string" },
  "policy-config": { type: "string" },
  "show-secrets": { type: "boolean", default: false },
  stacks: { type: "string" },
} satisfies Options;

interface Command {
  readonly stack: string;
  readonly all: boolean;
  readonly json: boolean;
  readonly showSecrets: boolean;
  readonly out: string | undefined;
  readonly stacks: string | undefined;
  readonly against: string | undefined;
  readonly policyConfig: string | undefined;
}

function parseCommand({ values, positionals }: Arguments<typeof options>): Command {
  const { "show-secrets": showSecrets, "policy-config": policyConfig, against, all, json, out, stacks } = values;
  return { stack: parseStackArgument(positionals), all, json, showSecrets, out, stacks, against, policyConfig };
}

/** Runs the command. Returns the exit code: 1 if AWS or a mandatory policy refuses the plan, or if a live cluster cannot make a change. */
export async function runPlan(given: Arguments<typeof options>): Promise<number> {
  const command = parseCommand(given);
  const before = command.against === undefined ? undefined : readPlan(command.against, command.stack);
  let plan: Plan;
  try {
    plan = await planStack(command.stack, { directory: command.stacks });
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    process.stderr.write(describeProblems(error.problems));
    return 1;
  }
  const verdicts = evaluateWithConfig(plan, command);
  const content = plainPlan(plan, command);
  const subnetZones = existingSubnetZones(plan.spec.network.vpc);
  const plain = { ...content, policies: verdicts, cost: costOf(content, { subnetZones }) };
  const comparison = before && compare(before, plain, plain.cost);
  report(plan, plain, command, comparison);
  return isRefused(verdicts) || (comparison !== undefined && isRefusedChange(comparison)) ? 1 : 0;
}

type JudgedPlan = ReturnType<typeof plainPlan> & { readonly policies: Verdicts; readonly cost: PlanCost };

function evaluateWithConfig(plan: Plan, { policyConfig, stack, stacks }: Command): Verdicts {
  const path = policyConfig ?? policyConfigPath(stack, stacks);
  if (path === undefined) return evaluatePolicies(plan);
  return asUsageError(path, () => evaluatePolicies(plan, { config: readPolicyConfig(path) }));
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
  if (command.json) {
    process.stdout.write(`${JSON.stringify({ ...plain, comparison }, undefined, 2)}\n`);
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

function compare(before: PlainPlan, after: PlainPlan, cost: PlanCost): Comparison {
  const types = { replaceOn: replacementProperties, changesWithUpdate: outputsChangedByUpdate };
  return { ...comparePlans(before, after, types), cost: costDifference(costOf(before), cost) };
}

const describeProblems = (problems: readonly PlanProblem[]): string =>
  [
    ...problems.map(({ path, found, message }) => `${path}: ${found}\n    ${message}`),
    problems.length === 1 ? "1 problem" : `${problems.length} problems`,
    "",
  ].join("\n");

/** Text of an error of the program itself. */
const explain = (error: unknown): string =>
  `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nSet HOLDFAST_TRACE=1 for a stack trace.`;

export const planProgram: Program<typeof options> = { usage, options, explain };
