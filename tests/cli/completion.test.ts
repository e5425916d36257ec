/** Completion scripts, read by the shells that this machine has. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const root = join(__dirname, "..", "..");
let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-completion-"));
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "results"));
  writeFileSync(join(folder, "report.json"), "{}");
  symlinkSync(join(root, "cli", "holdfast.cjs"), join(folder, "bin", "holdfast"));
  env = { ...process.env, PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH ?? ""}`, HOME: folder };
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

/** Calls a function of the script as bash does, and prints what it offers. The script needs a function of bash-completion. */
const bash = (line: string): string => `
if [ -r /usr/share/bash-completion/bash_completion ]; then source /usr/share/bash-completion/bash_completion
else _get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD cur=\${words[cword]} prev=\${words[cword - 1]}; }
fi
compopt() { :; }
source <(holdfast completion bash)
COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}
__holdfast_complete
printf '%s\\n' "\${COMPREPLY[@]}"`;

/** _describe shows its array; without a terminal there is no completion system to do so. */
const zsh = (line: string): string => `
autoload -U compinit && compinit -u
holdfast completion zsh > _script && source ./_script
_describe() { print -rl -- "\${completions[@]}" }
words=(${line}); CURRENT=\${#words}
_holdfast`;

const fish = (line: string): string => `
holdfast completion fish | source
complete -C "${line}"`;

const scripts = { bash, zsh, fish } as const;

describe.each(["bash", "zsh", "fish"] as const)("%s", (shell) => {
  const complete = (line: string): readonly string[] =>
    execFileSync(shell, ["-c", scripts[shell](line)], { cwd: folder, env, encoding: "utf8" })
      .trim()
      .split("\n")
      // Descriptions follow after a tab or a colon.
      .map((text) => text.replace(/[\t:].*| +\(.*/, "").trim())
      .filter((text) => text !== "");

  (has(shell) ? test : test.skip).each([
    ["holdfast et", ["etcd"]],
    ["holdfast etcd b", ["backups"]],
    ["holdfast plan pro", ["prod"]],
    ["holdfast plan prod --show", ["--show-secrets"]],
    ["holdfast etcd restore prod --buc", ["--bucket"]],
    ["holdfast new blue --profile p", ["production"]],
    ["holdfast drill staging destroy-v", ["destroy-volume"]],
    ["holdfast plan dev --against rep", ["report.json"]],
    ["holdfast plan dev --out res", ["results/"]],
  ])("completes %s", (line, expected) => {
    expect(complete(line)).toEqual(expected);
  });
});
