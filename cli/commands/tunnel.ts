import { createCommand, runs, stackText } from "../command";

const load = () => require("../../operations/tunnel/command") as typeof import("../../operations/tunnel/command");

export const create = () =>
  createCommand("tunnel", {
    summary: "run a command that reaches the private API of a cluster",
    description: [
      "Runs a command that reaches the private API of a stack through Session Manager, from any machine with AWS credentials. " +
        "During the first pulumi up, the tunnel opens as soon as a control-plane instance is connected to Session Manager. It " +
        "reconnects when its instance is replaced. Requires the AWS CLI and its Session Manager plugin.",
      "The command gets HTTPS_PROXY, which kubectl, Pulumi and Helm use; connections to other hosts are passed on unchanged. The " +
        "exit code is the command's. Without a command, the tunnel stays open until you interrupt it.",
    ].join("\n\n"),
    examples: [
      ["tunnel prod pulumi up --stack prod", "create or update a cluster"],
      ["tunnel prod kubectl get nodes", "use its API"],
      ["tunnel prod", "keep the tunnel open, and print the variables for another terminal"],
    ],
  })
    .usage("[options] <stack> [command...]")
    .argument("<stack>", stackText)
    .argument("[command...]", "command and its arguments, options included")
    .passThroughOptions()
    .action(runs((stack, command) => load().runInTunnel(stack, command)));
