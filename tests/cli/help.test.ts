/** Help of all commands: it fits one screen, and its examples are valid command lines. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";

import { createProgram } from "../../cli/main";
import { commandLines, leafCommands, pathOf } from "./commandTree";

const commands = new Map(commandLines().map((command) => [pathOf(command), command]));

test.each([...commands.keys()])("help of %s fits one screen", (path) => {
  const command = commands.get(path);
  if (command === undefined) throw new Error(path);
  let text = "";
  command.configureOutput({ writeOut: (written) => (text += written), getOutHelpWidth: () => 100 });
  command.outputHelp();
  const lines = text.trimEnd().split("\n");
  expect(lines[0]).toMatch(new RegExp(`^Usage: ${path} `));
  expect(lines.length).toBeLessThanOrEqual(40);
  // Examples are not wrapped.
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(120);
  expect(text).toContain(path === "holdfast" ? "Exit codes: 0 success" : "Examples:");
});

/** Example lines of a command without comments, as words. */
function examplesOf(command: CommandUnknownOpts): readonly (readonly string[])[] {
  let text = "";
  command.configureOutput({ writeOut: (written) => (text += written) });
  command.outputHelp();
  const [, examples = ""] = text.split("Examples:\n");
  return [...examples.matchAll(/^ {2}holdfast (.*?) +# /gm)].map(
    ([, line = ""]) => line.split(/ [>|] /)[0]?.split(" ") ?? [],
  );
}

test("each example is a command line that its command accepts", async () => {
  const lines = leafCommands().flatMap(examplesOf);
  expect(lines.length).toBeGreaterThan(30);
  for (const words of lines) {
    const program = createProgram();
    const ran: string[] = [];
    for (const command of leafCommands(program)) {
      command.action(() => {
        ran.push(pathOf(command));
      });
    }
    await program.parseAsync(words, { from: "user" });
    expect(ran).toHaveLength(1);
    expect(["holdfast", ...words].join(" ")).toMatch(new RegExp(`^${ran[0] ?? "none"}( |$)`));
  }
});

test("every command that prints results has --json", () => {
  const without = leafCommands()
    .filter(({ options }) => options.every(({ long }) => long !== "--json"))
    .map(pathOf);
  // These print a script, a schema or the output of another command, or write files.
  expect(without).toEqual(["holdfast settings schema", "holdfast tunnel", "holdfast prices", "holdfast completion"]);
});

test("a tree for one command has this command alone", () => {
  expect(createProgram("plan").commands.map((command) => command.name())).toEqual(["plan"]);
});
