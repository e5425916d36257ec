import fc from "fast-check";
import { parse } from "yaml";
import { renderYaml } from "../../components/yaml.plan";
import { suspiciousTexts } from "../suspiciousTexts";

const versions = [
  ["1.2", (text: string) => parse(text) as unknown],
  ["1.1", (text: string) => parse(text, { version: "1.1" }) as unknown],
] as const;

describe.each(versions)("YAML %s", (_version, read) => {
  test.each(suspiciousTexts)("reads %j as text, as a key and as a value", (text) => {
    expect(read(renderYaml({ value: text, list: [text], [`x${text}`]: 1 }))).toEqual({
      value: text,
      list: [text],
      [`x${text}`]: 1,
    });
    expect(Object.keys(read(renderYaml({ [text]: 1 })) as object)).toEqual([text]);
  });

  test("reads every text as it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(read(renderYaml({ [`k${text}`]: [text] }))).toEqual({ [`k${text}`]: [text] });
      }),
    );
  });

  test("reads other types as they were", () => {
    const value = { yes: true, no: false, one: 1, half: 0.5, nothing: null, list: [], map: {} };
    expect(read(renderYaml(value))).toEqual(value);
  });
});

test("long texts stay on one line", () => {
  const text = `${"word ".repeat(100)}\r\nend`;
  expect(renderYaml({ text }).trimEnd().split("\n")).toHaveLength(1);
});
