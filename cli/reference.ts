/** Reference of all commands as Markdown: docs/cli.md. `npm run docs:cli` writes it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { CommandUnknownOpts } from "@commander-js/extra-typings";

import { programName } from "./command";
import { createProgram } from "./main";
import { tableRow } from "./markdown";

const introduction = `# Commands

One command has all programs: \`npx ${programName} <command>\` in a clone, after \`npm ci\`. \`npm link\` puts \`${programName}\` itself on
\`PATH\`. \`npm run plan -- prod\` and the other npm scripts of the same names are shortcuts.

Each command prints its options and examples with \`--help\`, and suggests the nearest one for a misspelled command or option.

**Exit codes.** 0: success. 1: problems were found, a check failed, or an error. 2: wrong usage. \`tunnel\`, and \`rehearse\` with
\`--kubectl\`, \`--shell\` or \`--logs\`, return the exit code of the command that they run.

**JSON.** With \`--json\`, standard output has exactly one JSON document, also with exit code 1; progress and errors go to standard
error.

**Problems of settings** begin with file and line, such as
\`stacks/Pulumi.prod.yaml:12: cluster.contolPlane: unknown setting; did you mean cluster.controlPlane?\` A missing setting has the
line of the mapping that lacks it; the line of a value from an anchor is that of the anchor. \`pulumi up\` prints the line, too,
if the value is in \`stacks/Pulumi.<stack>.yaml\`.

**Shell completion** needs \`${programName}\` on \`PATH\`, and for bash the package bash-completion. It completes commands, options, stacks, drills and files:

\`\`\`sh
${programName} completion bash > ~/.local/share/bash-completion/completions/${programName}
${programName} completion zsh > ~/.zfunc/_${programName}        # with ~/.zfunc in fpath
${programName} completion fish > ~/.config/fish/completions/${programName}.fish
\`\`\`

\`HOLDFAST_TRACE=1\` adds stack traces to errors. \`HOLDFAST_ENVIRONMENT=<file>\` is the opened environment of a stack file
([getting-started.md](getting-started.md#pulumi-esc-environments)). The page is generated from the code: \`npm run docs:cli\`.`;

/** Text of docs/cli.md. */
export function cliReference(): string {
  const { commands } = createProgram();
  const visible = commands.filter((command) => command.name() !== "complete");
  const rows = visible.map((command) => [`[${command.name()}](#${command.name()})`, command.summary()]);
  const table = [["Command", "Task"], ["---", "---"], ...rows].map(tableRow);
  return `${[introduction, "", ...table, ...visible.flatMap((command) => sectionsOf(command, command.name(), 2))].join("\n")}\n`;
}

/** Help of a command and of those below it. */
function sectionsOf(command: CommandUnknownOpts, path: string, level: number): readonly string[] {
  let help = "";
  command.configureOutput({
    ...command.configureOutput(),
    writeOut: (text) => (help += text),
    getOutHelpWidth: () => 100,
  });
  command.outputHelp();
  const below = command.commands.flatMap((each) => sectionsOf(each, `${path} ${each.name()}`, level + 1));
  return ["", `${"#".repeat(level)} ${path}`, "", "```text", help.trimEnd(), "```", ...below];
}

if (require.main === module) writeFileSync(join(__dirname, "..", "docs", "cli.md"), cliReference());
