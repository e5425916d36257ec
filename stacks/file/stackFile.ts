/** Stack files as Pulumi's engine reads them, and clear problems for what it refuses or ignores. */
import { LineCounter, isScalar, parseAllDocuments } from "yaml";
import type { Document } from "yaml";

import type { SettingsProblem } from "../../components/settings/problems";
import { readConfig } from "./config";
import type { StackFile } from "./config";
import { decodeText } from "./decode";
import { SettingPlaces } from "./places";
import { changedTexts } from "./spelling";
import { readDocument } from "./values";

export type { StackFile } from "./config";

export type ParsedStackFile =
  | { readonly ok: true; readonly file: StackFile; readonly places: SettingPlaces }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] };

/** Reports a problem at an offset of the file. */
export type Report = (offset: number, found: string, message: string) => void;

/**
 * Parses a stack file. The values equal those of `LoadProjectStackBytes` and `config.Map.Decrypt` of the Pulumi SDK for Go. Never throws.
 *
 * @param name of the file, for messages
 */
export function parseStackFile(name: string, content: Uint8Array | string): ParsedStackFile {
  const problems: SettingsProblem[] = [];
  const lines = new LineCounter();
  const placeOf = (offset: number): string => `${name}:${lines.linePos(offset).line}`;
  const decoded = decodeText(content);
  if ("problem" in decoded) {
    const { line, found, message } = decoded.problem;
    return { ok: false, problems: [{ path: line === undefined ? name : `${name}:${line}`, found, message }] };
  }
  const { text } = decoded;
  const parsed = parseAllDocuments(text, {
    schema: "failsafe",
    lineCounter: lines,
    prettyErrors: false,
    keepSourceTokens: false,
    logLevel: "silent",
  });
  const documents: readonly Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  const report: Report = (offset, found, message) => problems.push({ path: placeOf(offset), found, message });
  const [first, ...others] = documents;
  for (const { pos, code, message } of first?.errors.slice(0, 1) ?? [])
    report(pos[0], "invalid YAML", explain(code, message));
  for (const { pos, code } of first?.warnings ?? []) {
    if (code === "BAD_DIRECTIVE") report(pos[0], "invalid directive", "remove the line that begins with %");
  }
  if (first?.directives.yaml.explicit === true && first.directives.yaml.version !== "1.1") {
    report(0, `%YAML ${first.directives.yaml.version}`, "Pulumi accepts YAML 1.1 only; remove the line");
  }
  const second = others.find(({ contents, errors }) => errors.length > 0 || !isEmpty(contents));
  if (problems.length === 0 && second !== undefined) {
    const message = "several documents, of which Pulumi reads only the first; join them, and remove the line ---";
    report(second.range[0], "---", message);
  }
  if (problems.length > 0) return { ok: false, problems };
  const { value, respelled, problems: found } = first === undefined ? nothing : readDocument(first, text);
  for (const problem of found) report(problem.offset, problem.found, problem.message);
  if (found.length > 0) return { ok: false, problems };
  const read = readConfig(name, value);
  if ("problems" in read) return { ok: false, problems: read.problems };
  const ofConfig = respelled.flatMap(({ path: [section, ...path], offset, written, read: value }) =>
    section === "config" ? [{ path, written, read: value, place: placeOf(offset) }] : [],
  );
  const changed = changedTexts(read.config, ofConfig);
  if (changed.length > 0) return { ok: false, problems: changed };
  return { ok: true, file: read, places: new SettingPlaces(first, read.config, placeOf) };
}

const isEmpty = (contents: unknown): boolean => contents === null || (isScalar(contents) && contents.value === "");

const nothing = { value: null, respelled: [], problems: [] };

/** Messages of the parser with the way to mend the file, by error code. */
const advice: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "duplicate key; remove one",
  TAB_AS_INDENT: "tab as indentation; write spaces",
};

function explain(code: string, message: string): string {
  if (/^Missing closing .quote/.test(message)) {
    return "quoted text without an end: write its closing quote, and indent all its lines";
  }
  return advice[code] ?? message.replace(/\s+/g, " ");
}
