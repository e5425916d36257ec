/**
 * Stack files with environments, and the configuration that the program gets from the Pulumi CLI. The program
 * rehearsal/assets/modules/environments, which calls the CLI's own functions, checks it (tests/programs/readers).
 */
export interface EnvironmentCase {
  readonly title: string;
  readonly config?: string;
  readonly environment: string;
  /** Configuration by key; texts of secrets are `[secret]`. Undefined if the CLI refuses the file. */
  readonly expected?: Readonly<Record<string, unknown>>;
}

export const environmentCases: readonly EnvironmentCase[] = [
  {
    title: "the file's settings win, mappings are merged",
    config: "{holdfast:cluster: {name: a, tags: {x: '1'}, zones: [a]}}",
    environment:
      "{values: {pulumiConfig: {aws:region: eu-west-1, cluster: {name: b, tags: {x: '2', y: '3'}, zones: [b, c]}}}}",
    expected: { "aws:region": "eu-west-1", "holdfast:cluster": { name: "a", tags: { x: "1", y: "3" }, zones: ["a"] } },
  },
  {
    title: "keys with and without namespace",
    config: "{cluster: {a: 1}}",
    environment: "{values: {pulumiConfig: {'holdfast:cluster': {b: 2}, 'aws:config:profile': p}}}",
    expected: { "aws:profile": "p", "holdfast:cluster": { a: 1, b: 2 } },
  },
  {
    title: "null, encrypted values and lists of the file are not merged",
    config: "{holdfast:b: {c: null, d: {secure: aGk=}, e: [{f: 1}]}}",
    environment: "{values: {pulumiConfig: {b: {c: {x: 1}, d: {y: 2}, e: [{g: 2}], z: {}}}}}",
    expected: { "holdfast:b": { c: null, d: "[secret]", e: [{ f: 1 }], z: {} } },
  },
  {
    title: "literals",
    environment:
      "{values: {pulumiConfig: {b: {n: 1, f: 1.5, h: 0x1F, t: true, z: null, y: yes, e: , s: '1', l: [], m: {}, u: 'é$'}}}}",
    expected: {
      "holdfast:b": { n: 1, f: 1.5, h: 31, t: true, z: null, y: "yes", e: null, s: "1", l: [], m: {}, u: "é$" },
    },
  },
  {
    title: "references to values, with their types",
    environment:
      "{values: {region: eu, l: [1, {a: b}], o: {k.k: [true]}, pulumiConfig: {aws:region: '${region}', b: {n: '${l[0]}', a: '${l[1].a}', o: '${l[1]}', k: '${o[\"k.k\"]}', t: '${o[\"k.k\"][0]}'}}}}",
    expected: { "aws:region": "eu", "holdfast:b": { n: 1, a: "b", o: { a: "b" }, k: [true], t: true } },
  },
  {
    title: "references in texts",
    environment:
      "{values: {r: eu, n: 5, t: false, z: null, pulumiConfig: {b: {a: 'x-${r}-${n}', t: '${t}${z}.', d: '$${r} $ $$ 1$', e: '${r}${r}'}}}}",
    expected: { "holdfast:b": { a: "x-eu-5", t: "false.", d: "${r} $ $ 1$", e: "eueu" } },
  },
  {
    title: "references to references, and to siblings",
    environment: "{values: {a: '${b.c}', b: {c: {d: 1}}, pulumiConfig: {b: {x: '${a.d}', y: '${pulumiConfig.b.x}'}}}}",
    expected: { "holdfast:b": { x: 1, y: 1 } },
  },
  {
    title: "secrets, and texts that contain them",
    environment:
      "{values: {p: {fn::secret: hidden}, pulumiConfig: {b: {a: '${p}', t: 'x-${p}', n: {fn::secret: other}, o: 1}}}}",
    expected: { "holdfast:b": { a: "[secret]", t: "[secret]", n: "[secret]", o: 1 } },
  },
  { title: "no environment", config: "{holdfast:b: 1}", environment: "{}", expected: { "holdfast:b": 1 } },
  { title: "an empty list", config: "{holdfast:b: 1}", environment: "[]", expected: { "holdfast:b": 1 } },
  { title: "no configuration", environment: "{values: {environmentVariables: {A: b}}}", expected: {} },
  { title: "configuration that is no mapping", environment: "{values: {pulumiConfig: [1]}}", expected: {} },
  { title: "a text instead of a list", environment: "base" },
  { title: "a mapping in a list of names", environment: "[{base: {merge: false}}]" },
  { title: "an unknown key", environment: "{value: {pulumiConfig: {b: 1}}}" },
  { title: "values that are no mapping", environment: "{values: [1]}" },
  { title: "no values", environment: "{values: }" },
  { title: "imports that are no list", environment: "{imports: base}" },
  { title: "a reserved name", environment: "{values: {context: {a: 1}}}" },
  { title: "a reference to nothing", environment: "{values: {pulumiConfig: {b: '${a.b}'}}}" },
  { title: "an index beyond the list", environment: "{values: {l: [1], pulumiConfig: {b: '${l[1]}'}}}" },
  { title: "a reference to itself", environment: "{values: {pulumiConfig: {b: '${pulumiConfig.b}'}}}" },
  { title: "a circle of references", environment: "{values: {a: '${b}', b: '${a}', pulumiConfig: {c: '${a}'}}}" },
  { title: "a reference without an end", environment: "{values: {a: 1, pulumiConfig: {b: 'x${a'}}}" },
  { title: "an empty reference", environment: "{values: {pulumiConfig: {b: '${}'}}}" },
  { title: "a secret that is no text", environment: "{values: {pulumiConfig: {b: {fn::secret: 5}}}}" },
  { title: "an encrypted value of a stack file", environment: "{values: {pulumiConfig: {b: {secure: aGk=}}}}" },
  { title: "an unknown function", environment: "{values: {pulumiConfig: {b: {fn::other: 5}}}}" },
  { title: "a function beside other keys", environment: "{values: {pulumiConfig: {b: {fn::secret: a, c: 1}}}}" },
];

export const stackFileOf = ({ config = "{}", environment }: Pick<EnvironmentCase, "config" | "environment">): string =>
  `config: ${config}\nenvironment: ${environment}\n`;
