/** Stack files with Pulumi ESC environments, read by the code of the Pulumi CLI (rehearsal/assets/modules/environments). */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import fc from "fast-check";

import { isEncrypted } from "../../../components/settings/encrypted";
import { preparePrograms } from "../../../rehearsal/assets";
import { parseStackFile } from "../../../stacks/file/stackFile";
import { environmentVariable } from "../../../stacks/openedEnvironment";
import { resolveConfig } from "../../../stacks/stackConfig";
import { environmentCases, stackFileOf } from "../../stacks/environmentCases";

interface Answer {
  /** Empty for a file that the CLI accepts. */
  readonly error: string;
  /** Values as the program gets them: texts, or JSON. */
  readonly config: Readonly<Record<string, string>>;
  /** Output of `pulumi config --open --json`. */
  readonly listed: Readonly<Record<string, { readonly secret: boolean }>>;
  /** Output of `pulumi env open` for all environments of the file. */
  readonly opened: unknown;
}

let program: string;
let folder: string;
beforeAll(async () => {
  const { environments } = await preparePrograms(["environments"], () => undefined);
  program = join(environments, "environments");
  folder = mkdtempSync(join(tmpdir(), "holdfast-environments-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  Reflect.deleteProperty(process.env, environmentVariable);
});

/** What the Pulumi CLI does with stack files that may import some environments. */
function ask(texts: readonly string[], environments: Readonly<Record<string, string>> = {}): readonly Answer[] {
  const input = texts.map((text) => `${JSON.stringify({ text, environments })}\n`).join("");
  const { status, stdout, stderr } = spawnSync(program, { input, encoding: "utf8", maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(stderr);
  const answers = stdout.trimEnd().split("\n");
  if (answers.length !== texts.length) throw new Error(`${answers.length} answers to ${texts.length} questions`);
  return answers.map((line) => JSON.parse(line) as Answer);
}

function resolve(text: string) {
  const parsed = parseStackFile("Pulumi.test.yaml", text);
  return parsed.ok ? resolveConfig("test", parsed.file) : parsed;
}

/** Whether Holdfast refuses a list or mapping within a text. The CLI writes it into the text in a notation of its own. */
function hasStructureInText(text: string): boolean {
  const resolved = resolve(text);
  return !resolved.ok && resolved.problems.some(({ message }) => /^refers to a (list|mapping);/.test(message));
}

/** Configuration as the engine passes it, with one text for all secrets; undefined if the file is refused. */
function passed(text: string): Readonly<Record<string, string>> | undefined {
  const resolved = resolve(text);
  if (!resolved.ok) return undefined;
  return Object.fromEntries(Object.entries(resolved.config).map(([key, value]) => [key, toText(value)]));
}

function toText(value: unknown): string {
  const plain = JSON.parse(
    JSON.stringify(value, (_key, child: unknown) => (isEncrypted(child) ? "[secret]" : child)),
  ) as unknown;
  return withoutSecrets(typeof plain === "string" ? plain : JSON.stringify(plain));
}

/** The secrets of the tests, which Pulumi decrypts. */
const hidden = /(x-)?\b(hidden|other|hi)\b/g;

const withoutSecrets = (text: string): string => text.replace(hidden, "[secret]");

const plainConfig = ({ error, config }: Answer): Readonly<Record<string, string>> | undefined =>
  error === ""
    ? Object.fromEntries(Object.entries(config).map(([key, value]) => [key, withoutSecrets(value)]))
    : undefined;

test("the Pulumi CLI reads the recorded files as recorded", () => {
  const answers = ask(environmentCases.map(stackFileOf));
  const found = environmentCases.map(({ title }, index) => {
    const config = plainConfig(answers[index] as Answer);
    return { title, expected: config && Object.entries(config).map(([key, text]) => [key, parse(text)]) };
  });
  expect(found).toEqual(
    environmentCases.map(({ title, expected }) => ({ title, expected: expected && Object.entries(expected) })),
  );
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const key = fc.constantFrom("a", "b", "c", "k.k", "é", "a10", "a2");
const reference = fc.constantFrom("a", "b.a", "c[0]", "c[1].a", "a.b.c", 'b["k.k"]', "pulumiConfig.b", "c[9]", "z");
const text = fc.oneof(
  fc.constantFrom("", "x", "$", "$$", "$${a}", "1", "true", "null", "a b", "é"),
  reference.map((path) => `\${${path}}`),
  fc.tuple(reference, reference).map(([one, two]) => `x-\${${one}}$$\${${two}}`),
);
const { value } = fc.letrec<{ value: unknown; mapping: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.constantFrom<unknown>(1, 0, -2.5, true, false, null, { "fn::secret": "hidden" }),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("mapping"),
  ),
  mapping: fc.dictionary(key, tie("value"), { maxKeys: 3 }),
}));
const mapping = fc.dictionary(key, value, { maxKeys: 4 });
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

test("random files give the configuration that the Pulumi CLI passes to the program", () => {
  const files = fc
    .sample(fc.record({ config: mapping, values: mapping, pulumiConfig: mapping }), { seed, numRuns: 2000 })
    .map(({ config, values, pulumiConfig }) =>
      stackFileOf({
        config: JSON.stringify(config),
        environment: JSON.stringify({ values: { ...values, pulumiConfig } }),
      }),
    );
  const answers = ask(files);
  const read = files.map(passed);
  const compared = files.flatMap((file, index) => {
    const [ours, theirs] = [read[index], plainConfig(answers[index] as Answer)];
    return ours === undefined || theirs === undefined ? [] : [{ file, ours, theirs }];
  });
  const refused = files.filter(
    (file, index) => read[index] === undefined && answers[index]?.error === "" && !hasStructureInText(file),
  );
  expect({ seed, refused }).toEqual({ seed, refused: [] });
  expect({ seed, different: compared.filter(({ ours, theirs }) => !same(ours, theirs)).slice(0, 3) }).toEqual({
    seed,
    different: [],
  });
  expect(compared.length).toBeGreaterThan(200);
});

/** Compares values as JSON, because Go escapes some characters. An empty key is an empty text or null. */
const same = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean =>
  isDeepStrictEqual(sorted(one), sorted(other));

const sorted = (config: Readonly<Record<string, string>>) =>
  Object.entries(config)
    .map(([name, content]) => [name, parse(content === "" ? "null" : content)] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));

test("random values of pulumiConfig alone are refused exactly if the Pulumi CLI refuses them", () => {
  const files = fc
    .sample(mapping, { seed, numRuns: 1000 })
    .map((pulumiConfig) => stackFileOf({ environment: JSON.stringify({ values: { pulumiConfig } }) }));
  const answers = ask(files);
  const different = files.filter(
    (file, index) => (passed(file) === undefined) !== (answers[index]?.error !== "") && !hasStructureInText(file),
  );
  expect({ seed, different }).toEqual({ seed, different: [] });
  expect(new Set(answers.map(({ error }) => error === "")).size).toBe(2);
});

test("random environments, opened by the Pulumi CLI, give the same configuration", () => {
  const literal = fc.sample(fc.record({ config: mapping, base: mapping, above: mapping }), { seed, numRuns: 200 });
  let count = 0;
  for (const { config, base, above } of literal) {
    const file = stackFileOf({ config: JSON.stringify(config), environment: '["base", "above"]' });
    const [answer] = ask([file], {
      base: JSON.stringify({ values: { pulumiConfig: base } }),
      above: JSON.stringify({ values: { pulumiConfig: above } }),
    });
    const theirs = answer && plainConfig(answer);
    if (answer === undefined || theirs === undefined || Object.keys(answer.config).length === 0) continue;
    count++;
    const opened = join(folder, "opened.json");
    process.env[environmentVariable] = opened;
    writeFileSync(opened, JSON.stringify(answer.opened));
    expect([seed, sorted(passed(file) ?? {})]).toEqual([seed, sorted(theirs)]);
    writeFileSync(opened, JSON.stringify(answer.listed));
    const byListing = Object.entries(passed(file) ?? {}).filter(([name]) => answer.listed[name]?.secret === false);
    const plain = Object.entries(theirs).filter(([name]) => answer.listed[name]?.secret === false);
    expect([seed, sorted(Object.fromEntries(byListing))]).toEqual([seed, sorted(Object.fromEntries(plain))]);
  }
  expect(count).toBeGreaterThan(20);
});
