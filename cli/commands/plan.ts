import { createCommand, jsonOption, runs, stackText } from "../command";

const load = () => require("../../plan/cli/planCommand") as typeof import("../../plan/cli/planCommand");

export const create = () =>
  createCommand("plan", {
    summary: "show what pulumi up would create, without an AWS account",
    description:
      "Runs the program of a stack against a simulated AWS and prints all resources, the policies' verdicts and warnings. " +
      "Exit code 1: invalid settings, or a refusal by AWS, by a mandatory policy or as a change of the compared plan.",
    examples: [
      ["plan prod", "the plan by component"],
      ["plan prod --out out/prod", "user data, node bundle, kubeadm configuration, report.html, plan.json"],
      ["plan prod --json > before.json", "save a plan"],
      ["plan prod --against live", "effects of pulumi up on the deployed stack"],
      ["plan prod --against before.json", "effects of a change"],
    ],
  })
    .argument("<stack>", stackText)
    .addOption(jsonOption())
    .option("--all", "list every resource, also several of one type in a component")
    .option(
      "--against <file>",
      "compare with a plan saved with --json or --out; live: with the deployed state, which the Pulumi CLI reads",
    )
    .option("--out <dir>", "write user data, node bundle, kubeadm and kubelet configuration, report and plan")
    .option(
      "--policy-config <file>",
      "levels, parameters and exemptions; default: policies.<stack>.json beside the stack file",
    )
    .option("--show-secrets", "print secrets instead of [secret]")
    .option("--stacks <dir>", "folder of the stack files; default: stacks/ of Holdfast")
    .action(runs((stack, options) => load().runPlan(stack, options)));
