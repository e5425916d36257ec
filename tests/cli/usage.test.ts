/** Wrong command lines, and exit codes. */
import { run } from "../../cli/main";
import { leafCommands, pathOf } from "./commandTree";
import { clear, recordOutput } from "./printed";

const printed = recordOutput();
const leaves = leafCommands();

test("a misspelled command is wrong usage, with a suggestion", async () => {
  const names = [...new Set(leaves.map((command) => pathOf(command).split(" ").slice(1)))];
  for (const words of names) {
    const last = words.at(-1) ?? "";
    for (const typo of [`${last}x`, last.slice(1), `${last.slice(0, 1)}${last}`]) {
      if (typo.length < 3) continue;
      clear(printed);
      const argv = [...words.slice(0, -1), typo];
      expect([argv, await run(argv), printed.out]).toEqual([argv, 2, ""]);
      expect(printed.err).toMatch(new RegExp(`^unknown command '${typo}'\n\\(Did you mean (one of )?[a-z, ]*${last}`));
      expect(printed.err).toMatch(/\nRun holdfast .*--help for usage\.\n$/);
    }
  }
});

test("a misspelled option is wrong usage, with a suggestion", async () => {
  for (const command of leaves) {
    const words = pathOf(command).split(" ").slice(1);
    for (const { long, hidden } of command.options) {
      if (long === undefined || hidden) continue;
      clear(printed);
      const argv = [...words, `${long}s`];
      expect([argv, await run(argv), printed.out]).toEqual([argv, 2, ""]);
      expect(printed.err).toMatch(new RegExp(`^unknown option '${long}s'\n\\(Did you mean (one of )?[a-z, -]*${long}`));
      expect(printed.err).toContain(`\nRun ${pathOf(command)} --help for usage.\n`);
    }
  }
});

test("an argument too many, or a required one too few, is wrong usage", async () => {
  for (const command of leaves) {
    const words = pathOf(command).split(" ").slice(1);
    const { registeredArguments } = command;
    if (registeredArguments.some(({ required }) => required)) {
      expect([words, await run(words)]).toEqual([words, 2]);
      expect(printed.err).toMatch(/missing required argument/);
    }
    if (registeredArguments.some(({ variadic }) => variadic)) continue;
    const argv = [...words, ...registeredArguments.map(({ argChoices }) => argChoices?.[0] ?? "dev"), "more"];
    expect([argv, await run(argv)]).toEqual([argv, 2]);
    expect(printed.err).toMatch(/too many arguments/);
  }
});

test.each<[title: string, argv: string[], message: RegExp]>([
  ["a number that is none", ["validate", "dev", "--wait", "soon"], /Write a number from 0 up\./],
  ["an empty number", ["rehearse", "--timeout", ""], /Write a number from 1 up\./],
  ["a value that is no choice", ["rehearse", "--iam", "off"], /Allowed choices are enforce, audit\./],
  ["two actions at once", ["rehearse", "--status", "--down"], /cannot be used with/],
  [
    "Cilium, whose chart is not installed",
    ["rehearse", "--engine", "--cilium"],
    /cannot be used with option '--engine'/,
  ],
  ["Cilium for a running rehearsal", ["rehearse", "--status", "--cilium"], /cannot be used with/],
  ["two stacks to boot", ["rehearse", "dev", "prod"], /^specify one stack, not dev, prod\n/],
  ["--json without a result", ["rehearse", "dev", "--json"], /^--json is only valid with --status/],
  ["machines that are no number", ["drill", "dev", "x", "--machines", "a=b"], /Write <group>=<number>\./],
  ["a drill without a stack", ["drill"], /^specify a stack and drills, a stack and --soak, or only --list\n/],
  ["a seed without --soak", ["drill", "dev", "x", "--seed", "7"], /^--seed is only valid with --soak; add that\n/],
  ["a seed with a fraction", ["drill", "dev", "--soak", "60", "--seed", "7.5"], /Write an integer\./],
  ["a soak without time for a fault", ["drill", "dev", "--soak", "1"], /Write a number from 5 up\./],
  [
    "a soak of named drills",
    ["drill", "dev", "x", "--soak", "60"],
    /^--soak chooses drills itself; remove their names/,
  ],
  ["results of a soak", ["drill", "dev", "--soak", "60", "--markdown"], /^--markdown is only valid with drills/],
  ["groups without --update", ["images", "dev", "control-plane"], /^groups require --update/],
  [
    "an unknown group",
    ["images", "dev", "controlplane", "--update"],
    /^unknown group controlplane; did you mean control-plane\?/,
  ],
  [
    "an unknown setting",
    ["settings", "explain", "etcd.volume.size"],
    /^unknown setting etcd\.volume\.size; did you mean etcd\.volume\.sizeGiB\?/,
  ],
  ["an unknown region", ["new", "x", "--region", "eu-cental-1"], /did you mean eu-central-1\?/],
  ["a misspelled shell", ["completion", "bsh"], /Allowed choices are bash, zsh, fish\./],
])("%s is wrong usage: exit code 2", async (_title, argv, message) => {
  expect([await run(argv), printed.out]).toEqual([2, ""]);
  expect(printed.err).toMatch(message);
  expect(printed.err).toMatch(/\nRun holdfast [a-z ]+--help for usage\.\n$/);
});

test("a command without its subcommand prints its help to standard error: exit code 2", async () => {
  expect([await run(["etcd"]), printed.out]).toEqual([2, ""]);
  expect(printed.err).toMatch(/^Usage: holdfast etcd <command>/);
});

test.each([["--help"], ["etcd", "--help"], ["plan", "-h"]])(
  "help goes to standard output: exit code 0",
  async (...argv) => {
    expect([await run(argv), printed.err]).toEqual([0, ""]);
    expect(printed.out).toMatch(/^Usage: holdfast /);
  },
);

test("an error is exit code 1, with its message alone", async () => {
  expect([await run(["leftovers", "nowhere"]), printed.out]).toEqual([1, ""]);
  expect(printed.err).toBe("stacks/Pulumi.nowhere.yaml does not exist\n");
});

test("success is exit code 0", async () => {
  expect(await run(["settings", "explain", "cluster.workers.blue.max"])).toBe(0);
  expect(printed.out).toMatch(/^workers\.<pool>\.max\n/);
  clear(printed);
  expect(await run(["drill", "--list", "--json"])).toBe(0);
  expect(Object.keys(JSON.parse(printed.out) as object)).toEqual(["drills", "limitations"]);
});
