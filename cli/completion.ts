/** Completions of command lines, from the tree of commands. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";

import type { CommandUnknownOpts, Option } from "@commander-js/extra-typings";

type Complete = (value: string, description: string) => void;

/** Prints the completions of the last word of a command line, as the scripts of @bomb.sh/tab expect them. */
export async function complete(program: CommandUnknownOpts, words: readonly string[]): Promise<void> {
  const { RootCommand } = await import("@bomb.sh/tab");
  const root = new RootCommand();
  const word = words.at(-1) ?? "";
  for (const [path, command] of commandsBelow(program, "")) {
    const target = path === "" ? root : root.command(path, command.summary());
    for (const option of command.options.filter(({ hidden }) => !hidden)) addOption(target, option, word);
    for (const argument of command.registeredArguments) {
      target.argument(argument.name(), offer(valuesOf(argument.argChoices, argument.name(), word)), argument.variadic);
    }
  }
  root.parse([...words]);
}

interface Target {
  option(name: string, description: string, handler?: (add: Complete) => void, alias?: string): unknown;
}

function addOption(target: Target, option: Option, word: string): void {
  const name = option.long?.replace(/^--/, "");
  if (name === undefined) return;
  if (!option.required && !option.optional) {
    target.option(name, option.description);
    return;
  }
  const placeholder = /<([^>]+)>/.exec(option.flags)?.[1] ?? "";
  target.option(name, option.description, offer(valuesOf(option.argChoices, placeholder, word)));
}

const offer =
  (list: () => readonly string[]) =>
  (add: Complete): void => {
    for (const value of list()) add(value, "");
  };

function* commandsBelow(command: CommandUnknownOpts, path: string): Iterable<[string, CommandUnknownOpts]> {
  yield [path, command];
  for (const each of command.createHelp().visibleCommands(command)) {
    yield* commandsBelow(each, path === "" ? each.name() : `${path} ${each.name()}`);
  }
}

/** Source of the values of an argument or option: its choices, or those of its placeholder. */
function valuesOf(choices: readonly string[] | undefined, placeholder: string, word: string): () => readonly string[] {
  if (choices !== undefined) return () => choices;
  switch (placeholder) {
    case "stack":
      return listStacks;
    case "drill":
    case "names":
      return listDrills;
    case "file":
      return () => listPaths(word, false);
    case "dir":
      return () => listPaths(word, true);
    default:
      return () => [];
  }
}

function listStacks(): readonly string[] {
  const { stacksFolder } = require("../stacks/stacksFolder") as typeof import("../stacks/stacksFolder");
  return listNames(stacksFolder).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
}

function listDrills(): readonly string[] {
  const { drills } = require("../rehearsal/drills/catalogue") as typeof import("../rehearsal/drills/catalogue");
  return ["all", ...drills.map(({ name }) => name)];
}

/** Files and folders that begin with a word; folders end with a slash. */
function listPaths(word: string, foldersOnly: boolean): readonly string[] {
  const folder = word.endsWith("/") ? word : dirname(word);
  const prefix = folder === "." && !word.startsWith(".") ? "" : join(folder, "/");
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !foldersOnly || entry.isDirectory())
      .map((entry) => `${prefix}${entry.name}${entry.isDirectory() ? "/" : ""}`);
  } catch {
    return [];
  }
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
