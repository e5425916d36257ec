import { createCommand, jsonOption, rehearsalOption, runs, stackText } from "../command";

const load = () => require("../../operations/images/command") as typeof import("../../operations/images/command");

export const create = () =>
  createCommand("images", {
    summary: "show and update the machine images of a cluster",
    description:
      "Shows the machine image of each group of machines: the image in use, its age, and the newest image of its SSM parameter. " +
      "Changes nothing on AWS; --update writes the stack file.",
    examples: [
      ["images prod", "images in use and newest images"],
      ["images prod --update worker-general", "pin the newest image of one pool; pulumi up rolls it out"],
      ["images prod --update", "pin the newest images of all groups"],
    ],
  })
    .argument("<stack>", stackText)
    .argument("[group...]", "with --update: control-plane, etcd, worker-<pool>; default: all")
    .option("--update", "pin the newest images in nodes.imagePins of the stack file")
    .addOption(rehearsalOption())
    .addOption(jsonOption())
    .action(runs((stack, groups, options) => load().runImages(stack, groups, options)));
