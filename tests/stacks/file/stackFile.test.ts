/**
 * Stack files as Pulumi's engine reads them. The expected values were recorded from the engine's own functions
 * (github.com/pulumi/pulumi/sdk/v3 3.248.0: `workspace.LoadProjectStackBytes`, then `config.Map.Decrypt`), which read with
 * gopkg.in/yaml.v3 3.0.1 and pass JSON to the program.
 */
import { parseStackFile } from "../../../stacks/file/stackFile";
import type { SettingsProblem } from "../../../stacks/settings";

const fileOf = (value: string): string => `config:\n  holdfast:other:\n    v: ${value}\n`;

/** Value of `v` as JSON. @throws Error with the problems. */
function read(text: string): string {
  const parsed = parseStackFile("Pulumi.dev.yaml", text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return JSON.stringify(parsed.file.config["holdfast:other"]);
}

function problemsOf(content: string | Uint8Array): readonly SettingsProblem[] {
  const parsed = parseStackFile("Pulumi.dev.yaml", content);
  return parsed.ok ? [] : parsed.problems;
}

test.each([
  ["0o471", "313"],
  ["0O17", "15"],
  ["0b11", "3"],
  ["0B11", "3"],
  ["0x1F", "31"],
  ["-0x1f", "-31"],
  ["0x", '"0x"'],
  ["1_000", "1000"],
  ["1_000.5", "1000.5"],
  ["_1", '"_1"'],
  ["1_", "1"],
  ["+5", "5"],
  ["-0", "0"],
  [".5", "0.5"],
  ["1.", "1"],
  ["1.10", "1.1"],
  ["1e3", "1000"],
  ["1E+3", "1000"],
  ["1e400", '"1e400"'],
  ["0x1p4", '"0x1p4"'],
  ["12345678901234567890", "12345678901234567000"],
  ["1:30", '"1:30"'],
  ["190:20:30", '"190:20:30"'],
  ["2024-01", '"2024-01"'],
  ["yes", '"yes"'],
  ["no", '"no"'],
  ["on", '"on"'],
  ["off", '"off"'],
  ["y", '"y"'],
  ["True", "true"],
  ["tRUE", '"tRUE"'],
  ["~", "null"],
  ["Null", "null"],
  ["", "null"],
  ["inf", '"inf"'],
  ["nan", '"nan"'],
  [".Infinity", '".Infinity"'],
  ["!!str 0471", '"0471"'],
  ["!<tag:yaml.org,2002:str> 12", '"12"'],
  ["!!map {a: 1}", '{"a":1}'],
  ['"\\x41\\u00e9\\U0001F600"', '"Aé😀"'],
  ["'<<'", '"<<"'],
  ["a\tb", '"a\\tb"'],
  ["a#b", '"a#b"'],
  ["a #b", '"a"'],
  ["|2\n        x", '"  x\\n"'],
  [">\n      a\n      b\n\n      c", '"a b\\nc\\n"'],
  ["{a:1}", '{"a:1":null}'],
  ["{a, b}", '{"a":null,"b":null}'],
  ["[a,b: c]", '["a",{"b":"c"}]'],
  ["{b: 1, a: 2}", '{"a":2,"b":1}'],
  ["{1: a, true: b, 1.5: c, yes: d}", '{"1":"a","1.5":"c","true":"b","yes":"d"}'],
  ["{<<: {a: 1}, a: 2}", '{"a":2}'],
  ["{a: 2, <<: {a: 1, b: 3}}", '{"a":2,"b":3}'],
  ["{<<: [{a: 1}, {a: 2, b: 3}]}", '{"a":1,"b":3}'],
  ["{'<<': {a: 1}}", '{"a":1}'],
  ["{a: &x 1, b: *x, c: &x 2, d: *x}", '{"a":1,"b":1,"c":2,"d":2}'],
  ["{a: &x {p: &y 1, q: *y}, b: &y 2, c: *x}", '{"a":{"p":1,"q":1},"b":2,"c":{"p":1,"q":1}}'],
  ["{secure: abc}", '{"secure":"abc"}'],
])("reads %j as the engine does", (written, expected) => {
  expect(read(fileOf(written))).toBe(`{"v":${expected}}`);
});

test("merges aliases of anchors outside config; keys of the mapping win", () => {
  const text =
    "x: &p {a: 1, n: 1}\ny: &q\n  <<: *p\n  b: 2\nconfig:\n  holdfast:other:\n    <<: *q\n    n: 3\n    l: {<<: *p}\n";
  expect(read(text)).toBe('{"a":1,"b":2,"l":{"a":1,"n":1},"n":3}');
});

test.each([
  ["CRLF", (text: string) => text.replaceAll("\n", "\r\n")],
  ["CR", (text: string) => text.replaceAll("\n", "\r")],
  ["a byte-order mark", (text: string) => `\ufeff${text}`],
  ["a directive of YAML 1.1", (text: string) => `%YAML 1.1\n---\n${text}`],
  ["the end of the document", (text: string) => `---\n${text}...\n`],
  ["an empty second document", (text: string) => `${text}---\n`],
  ["a key without namespace", (text: string) => text.replace("holdfast:", "")],
  ["a key with the namespace of former versions", (text: string) => text.replace("holdfast:", "holdfast:config:")],
  ["tabs between tokens", (text: string) => text.replace("v: 1", "v:\t1\t# one")],
])("accepts %s", (_title, change) => {
  const text = change(fileOf("1"));
  expect(read(text)).toBe('{"v":1}');
  expect(problemsOf(Buffer.from(text))).toEqual([]);
});

test("accepts what the CLI writes: encryption and environments", () => {
  const keys =
    "secretsprovider: awskms://alias/x?region=eu-central-1\nencryptedkey: AQ==\nencryptionsalt: v1:abc=:v1:x:y\n";
  const parsed = parseStackFile("Pulumi.dev.yaml", `environment:\n  - base/dev\n${keys}${fileOf("1")}`);
  expect(parsed).toMatchObject({ ok: true, file: { environment: { imports: ["base/dev"], values: {} } } });
  expect(problemsOf(`environment:\n  imports: [base/dev]\n`)).toEqual([]);
});

/** Inputs that the engine reads otherwise than a user means, refuses without a place, or ignores. */
test.each([
  ["octal number of YAML 1.1", "0471", 3, "0471", /^leading zero: Pulumi reads 313; write 313, or "0471" in quotes$/],
  ["number with leading zeros", "012345678901", 3, "012345678901", /reads 12345678901; write/],
  ["date", "2024-01-01", 3, "2024-01-01", /date, which Pulumi rewrites; write "2024-01-01" in quotes/],
  ["time", "2024-01-01T10:20:30Z", 3, "2024-01-01T10:20:30Z", /date/],
  ["infinity", ".inf", 3, ".inf", /finite/],
  ["not a number", ".NaN", 3, ".NaN", /finite/],
  ["binary value", "!!binary aGVsbG8=", 3, "!!binary", /unsupported tag/],
  ["tag of another tool", "!Ref x", 3, "!Ref", /unsupported tag/],
  ["tag that converts", "!!int '3'", 3, "!!int", /unsupported tag/],
  ["octal key", "{0471: a}", 3, "0471", /rewrites this key; write "0471" in quotes/],
  ["null key", "{~: a}", 3, "~", /"~" in quotes/],
  ["list as key", "{[a]: b}", 3, "a key", /must be a text/],
  ["duplicate key", "{a: 1, 'a': 2}", 3, "invalid YAML", /^duplicate key; remove one$/],
  ["merge of a text", "{<<: a}", 3, "<<", /a merge needs a mapping/],
  ["merge of an alias of a list", "{l: &l [{a: 1}], m: {<<: *l}}", 3, "<<", /a merge needs a mapping/],
  ["anchor that contains itself", "&a\n      x: [*a]", 4, "*a", /value of anchor &a contains itself/],
  ["anchor that merges itself", "&a\n      <<: *a", 4, "*a", /contains itself/],
  ["unknown anchor", "*a", 3, "*a", /no anchor &a above/],
  ["alias before its anchor", "{a: *x, b: &x 1}", 3, "*x", /no anchor &x above/],
  ["escape of JSON", String.raw`"a\/b"`, 3, String.raw`\/`, /escape that Pulumi refuses/],
  ["surrogates of JSON", String.raw`"\ud83d\ude00"`, 3, String.raw`\ud83d`, /escape that Pulumi refuses/],
  ["no space after a colon between brackets", "{a:{b: 1}}", 3, "a:", /no space after the colon/],
  ["nothing after a colon between brackets", "[a:]", 3, "a:", /no space after the colon/],
  ["question mark between brackets", "[?a]", 3, "?a", /write "\?a" in quotes/],
  ["anchor with a dot", "&a.b 1", 3, "&a.b", /invalid anchor/],
  ["tab as indentation", "\n\tx: 1", 4, "invalid YAML", /./],
  ["line with a tab only", "1\n\t\n    w: 2", 4, "tab", /^tab at the beginning of a line; write spaces$/],
  ["control character", '"a\u0007"', 3, "character U+0007", /remove it/],
  ["line separator", "a\u2028b", 3, "character U+2028", /remove it/],
])("refuses: %s", (_title, written, line, found, message) => {
  const [problem, ...others] = problemsOf(fileOf(written));
  expect(others.filter(({ path }) => path !== problem?.path)).toEqual([]);
  expect(problem).toEqual({
    path: `Pulumi.dev.yaml:${line}`,
    found,
    message: expect.stringMatching(message) as string,
  });
});

test.each([
  ["number", "  holdfast:registries: { ghcr: { password: 0471 } }"],
  ["date", "  aws:secretKey: 2024-01-01"],
  ["number with other digits", "  aws:token: 1_000"],
])("does not show a secret that looks like a %s", (_title, line) => {
  const problems = problemsOf(`config:\n${line}\n`);
  expect(problems).toMatchObject([{ path: "Pulumi.dev.yaml:2", found: "[not shown]" }]);
  expect(problems[0]?.message).toMatch(/write it in quotes$/);
});

test("tabs are allowed where the engine allows them", () => {
  expect(read(fileOf("[\n      \ta,\n      \tb]"))).toBe('{"v":["a","b"]}');
  expect(read(fileOf("|\n      a\n      \tb"))).toBe('{"v":"a\\n\\tb\\n"}');
});

test("aliases that multiply are refused soon", () => {
  const levels = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`);
  const [problem] = problemsOf(`l0: &l0 [a]\n${levels.join("\n")}\nconfig: {holdfast:other: *l9}\n`);
  expect(problem?.message).toMatch(/aliases add more than 100000 values/);
});

const utf16 = Buffer.from(`\ufeff${fileOf("1")}`, "utf16le");

/** One line each, with the way to mend the file. */
test.each<[title: string, content: string | Uint8Array, path: string, found: string, message: RegExp]>([
  ["UTF-16", utf16, "Pulumi.dev.yaml", "UTF-16", /^save the file as UTF-8$/],
  ["UTF-16, big endian", Buffer.from(utf16).swap16(), "Pulumi.dev.yaml", "UTF-16", /UTF-8/],
  ["UTF-16 without mark", utf16.subarray(2), "Pulumi.dev.yaml", "UTF-16", /UTF-8/],
  ["Latin-1", Buffer.from(fileOf("Müller"), "latin1"), "Pulumi.dev.yaml:3", "not UTF-8", /^save the file as UTF-8$/],
  ["an empty file", "", "Pulumi.dev.yaml", "no settings", /is empty; write config:/],
  ["comments only", "# none\n", "Pulumi.dev.yaml", "no settings", /is empty/],
  ["a list", "- a\n", "Pulumi.dev.yaml", "a list", /must be a mapping; write config:/],
  ["a text", "a\n", "Pulumi.dev.yaml", "a text", /must be a mapping/],
  ["no config", "encryptionsalt: v1:x\n", "Pulumi.dev.yaml", "no config", /config is missing; write config:/],
  [
    "misspelled config",
    fileOf("1").replace("config", "configs"),
    "Pulumi.dev.yaml",
    "configs",
    /did you mean config\?/,
  ],
  [
    "config in upper case",
    fileOf("1").replace("config", "Config"),
    "Pulumi.dev.yaml",
    "Config",
    /did you mean config\?/,
  ],
  ["settings beside config", "holdfast:cluster: {}\n", "Pulumi.dev.yaml", "holdfast:cluster", /move it below config/],
  ["config as a list", "config:\n  - a\n", "Pulumi.dev.yaml config", "a list", /must be a mapping/],
  ["two documents", `${fileOf("1")}---\n${fileOf("2")}`, "Pulumi.dev.yaml:4", "---", /several documents.*join them/],
  ["a broken second document", `${fileOf("1")}---\n{`, "Pulumi.dev.yaml:4", "---", /several documents/],
  ["YAML 1.2 as directive", `%YAML 1.2\n---\n${fileOf("1")}`, "Pulumi.dev.yaml:1", "%YAML 1.2", /remove the line/],
  [
    "encryptionsalt as a mapping",
    `encryptionsalt: {}\n${fileOf("1")}`,
    "Pulumi.dev.yaml encryptionsalt",
    "a mapping",
    /text/,
  ],
  ["a number as key of config", "config:\n  1: a\n", "Pulumi.dev.yaml:2", "1", /"1" in quotes/],
  ["a key with two colons", "config:\n  a:b:c: x\n", "a:b:c", "several colons", /<namespace>:<name>/],
  [
    "a setting twice",
    "config:\n  other: {}\n  holdfast:other: {}\n",
    "other",
    "duplicate",
    /same setting as holdfast:other/,
  ],
  [
    "JSON text",
    `config:\n  cluster: '{"name": "a"}'\n`,
    "cluster",
    String.raw`"{\"name\": \"a\"}"`,
    /remove the quotes/,
  ],
  ["broken JSON text", `config:\n  cluster: '{"name": '\n`, "cluster", String.raw`"{\"name\": "`, /remove the quotes/],
  ["an empty cluster", "config:\n  cluster:\n", "cluster", "null", /write the cluster's settings below it/],
  [
    "an encrypted cluster",
    "config:\n  cluster: {secure: a}\n",
    "cluster",
    "[secret]",
    /encrypt single settings: pulumi/,
  ],
])("refuses %s with one line", (_title, content, path, found, message) => {
  expect(problemsOf(content)).toEqual([{ path, found, message: expect.stringMatching(message) as string }]);
});

describe("values that JSON spells otherwise", () => {
  const withCluster = (...lines: readonly string[]): string =>
    [
      "config:",
      "  aws:region: eu-central-1",
      "  holdfast:cluster:",
      "    name: a",
      ...lines.map((line) => `    ${line}`),
      "",
    ].join("\n");

  test("are refused as texts", () => {
    const problems = problemsOf(withCluster("tags: {a: 1_000, b: 1.0, c: True, d: 0x10, e: 12, f: true}"));
    expect(problems.map(({ found, message }) => `${found}: ${message}`)).toEqual([
      '1_000: Pulumi reads 1000; write 1000, or "1_000" in quotes',
      '1.0: Pulumi reads 1; write 1, or "1.0" in quotes',
      'True: Pulumi reads true; write true, or "True" in quotes',
      '0x10: Pulumi reads 16; write 16, or "0x10" in quotes',
    ]);
    expect(problems[0]?.path).toBe("Pulumi.dev.yaml:5");
  });

  test("are refused as texts also behind an alias, and directly below config", () => {
    expect(problemsOf(`x: &t {a: 1_000}\n${withCluster("tags: {<<: *t}")}`)).toHaveLength(1);
    expect(problemsOf(`${withCluster()}  aws:profile: 1_000\n`)).toHaveLength(1);
  });

  test("are accepted as numbers and booleans", () => {
    expect(
      problemsOf(withCluster("protect: True", "workers: {general: {max: 1_0, rootVolume: {sizeGiB: 0x64}}}")),
    ).toEqual([]);
  });
});
