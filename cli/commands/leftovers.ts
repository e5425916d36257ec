import { createCommand, jsonOption, rehearsalOption, runs, stackText } from "../command";

const load = () => require("../../operations/leftovers/command") as typeof import("../../operations/leftovers/command");

export const create = () =>
  createCommand("leftovers", {
    summary: "list AWS resources outside of Pulumi, before a destroy",
    description:
      "Lists load balancers with their security groups and target groups, volumes and snapshots that controllers of the cluster " +
      "created outside of Pulumi, and the command that deletes each. Changes nothing. Run it before pulumi destroy: the VPC " +
      "cannot be deleted while it has load balancers. Exit code 1: there are leftovers.",
    examples: [
      ["leftovers prod", "list them"],
      ["leftovers staging --rehearsal staging", "in a running rehearsal"],
    ],
  })
    .argument("<stack>", stackText)
    .addOption(rehearsalOption())
    .addOption(jsonOption())
    .action(runs((stack, options) => load().runLeftovers(stack, options)));
