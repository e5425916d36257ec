import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { renderYaml } from "../../../components/yaml.plan";
import { suspiciousTexts } from "../../suspiciousTexts";
import { Readers } from "./readers";

/** Texts that look like other types, besides arbitrary ones. */
const suspicious = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789abcdefxXoOyYnN_.:+-eE~<>=#%@&*!|'\"`{}[],? \n\r\t")) }),
  fc.string({ unit: fc.constantFrom(...Array.from("0123789abfxXoObBeE_.:+-")), maxLength: 6 }),
  fc.constantFrom(...suspiciousTexts),
);

describe("YAML", () => {
  let readers: Readers;
  beforeAll(async () => {
    readers = await Readers.prepare();
  });

  test.each(["yaml", "yaml-v3"] as const)("Go's parser %s reads every text as it was", (kind) => {
    const seed = Date.now() % 2 ** 31;
    const documents = fc
      .sample(fc.tuple(suspicious, suspicious), { seed, numRuns: 5000 })
      .map(([key, value]) => ({ [key]: value, list: [value, { [key]: value }] }));
    const answers = readers.ask(documents.map((document) => ({ kind, text: renderYaml(document) })));
    const misread = documents.flatMap((document, index) => {
      const { text, error } = answers[index] ?? { text: "", error: "no answer" };
      const read = error === "" ? (JSON.parse(text) as unknown) : error;
      return isDeepStrictEqual(read, document) ? [] : [{ document, read, text: renderYaml(document) }];
    });
    expect({ seed, misread }).toEqual({ seed, misread: [] });
  });
});
