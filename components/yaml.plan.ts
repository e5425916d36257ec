/** YAML for programs that parse version 1.1, version 1.2 or Go's mixture of both. */

import { Document, visit } from "yaml";

/**
 * Texts that `yaml` would write without quotes although a parser reads something else: numbers in Go's notation (`0X1F`,
 * `0B1`, `0o+1`, and with underscores at any place, as in `-_3`), YAML 1.1's value key, texts of several lines whose
 * indentation is not certain, and characters that YAML 1.1 takes for line breaks, or forbids.
 */
const misread = [
  /^[-+]?0[xXbBoO][-+0-9a-fA-F]*$/,
  /^[-+.0-9](?=.*_)[-+.\w]*$/,
  /^=$/,
  /^\s|\n\t|\n[ \t]+$/,
  /[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u,
];

const isMisread = (text: string): boolean => misread.some((pattern) => pattern.test(text));

/** Characters of the last pattern, which must be escaped. */
const unsafe = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * Renders a document of which parsers of YAML 1.1 and 1.2 read the same: texts that either takes for a boolean, a number or
 * another type are in quotes. Does not fold lines, so that CEL expressions stay on one line.
 */
export function renderYaml(value: object): string {
  const document = new Document(value, { compat: "yaml-1.1" });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === "string" && isMisread(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  const text = document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
  // Only texts in double quotes contain these, so the escape sequence is valid wherever one stands.
  return text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
