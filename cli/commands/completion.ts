import { Argument } from "@commander-js/extra-typings";

import { createCommand, programName, runs } from "../command";

export const create = () =>
  createCommand("completion", {
    summary: "print the completion script of a shell",
    description:
      "Prints a script that completes commands, options, stacks and drills. It needs holdfast on PATH (npm link).",
    examples: [
      ["completion bash > ~/.local/share/bash-completion/completions/holdfast", "bash"],
      ["completion zsh > ~/.zfunc/_holdfast", "zsh, with ~/.zfunc in fpath"],
      ["completion fish > ~/.config/fish/completions/holdfast.fish", "fish"],
    ],
  })
    .addArgument(new Argument("<shell>", "shell").choices(["bash", "zsh", "fish"] as const))
    .action(
      runs(async (shell) => {
        const { script } = await import("@bomb.sh/tab");
        script(shell, programName, programName);
        return 0;
      }),
    );
