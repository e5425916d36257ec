import { createCommand, runs } from "../command";

/** Command that the completion scripts call; help does not list it. */
export const create = () =>
  createCommand("complete", { summary: "print completions of a command line, for completion scripts" })
    .argument("[words...]", "words of the command line; the last one is completed")
    .action(
      runs(async (words, _options, command) => {
        const { complete } = require("../completion") as typeof import("../completion");
        if (command.parent !== null) await complete(command.parent, words);
        return 0;
      }),
    );
