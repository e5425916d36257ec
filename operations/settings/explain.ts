/** Explanation of one setting, or of all settings of a section. Pure. */
import { clusterSettings } from "../../components/clusterSettings";
import { indexPaths, normalizeKey } from "../../components/settings/knownPaths";
import { nearest, wordsOfOtherTool } from "../../components/settings/suggestions";
import { type SettingRow, settingRows, settingSections } from "../../stacks/settingsReference";

export interface Explanation {
  /** Path as in docs/settings.md: `workers.<pool>.max`. */
  readonly path: string;
  /** Description of a section; absent for a single setting. */
  readonly section?: string;
  readonly settings: readonly SettingRow[];
}

/** Rows and sections of the reference, which take long to derive. */
let reference:
  | { readonly rows: readonly SettingRow[]; readonly sections: readonly Pick<SettingRow, "path" | "description">[] }
  | undefined;

/** @param path of a setting or a section, with or without `cluster.`; names of the user match placeholders */
export function explainSetting(path: string): Explanation | { readonly suggestion: string } {
  const steps = stepsOf(path);
  const { rows, sections } = (reference ??= { rows: settingRows(), sections: settingSections() });
  const settings = rows.filter((row) => isBelow(row.path, steps));
  const section = sections.find((each) => isBelow(each.path, steps) && lengthOf(each.path) === steps.length);
  if (settings.length === 0 || (steps.length === 0 && !/^((holdfast:)?cluster)?$/.test(path))) {
    return { suggestion: suggestPath(path, steps, [...rows, ...sections]) };
  }
  const exact = settings.find((row) => lengthOf(row.path) === steps.length);
  const found = exact?.path ?? section?.path ?? "cluster";
  if (section === undefined || exact?.path === section.path) return { path: found, settings };
  return { path: found, section: section.description, settings };
}

/** Explanation as text. */
export function formatExplanation({ path, section, settings }: Explanation): readonly string[] {
  const [only] = settings;
  if (section === undefined && only !== undefined && settings.length === 1) return formatSetting(only);
  const heading = section === undefined ? [] : [path, `  ${plain(section)}`, ""];
  return [...heading, ...settings.flatMap((row) => [...formatSetting(row), ""])].slice(0, -1);
}

function formatSetting({ path, type, defaultText, description }: SettingRow): readonly string[] {
  return [
    path,
    `  ${plain(description)}`,
    `  value: ${plain(type)}`,
    ...(defaultText === "" ? [] : [defaultText === "**required**" ? "  required" : `  default: ${plain(defaultText)}`]),
  ];
}

/** Text without the marks of Markdown. */
const plain = (markdown: string): string => markdown.replace(/`|\*\*/g, "");

/** Steps below `cluster`; `aws:region` is one step. */
function stepsOf(path: string): readonly string[] {
  const steps = patternOf(path.replace(/\[\d+\]/g, "[]"));
  return /^(holdfast:)?cluster$/.test(steps[0] ?? "") ? steps.slice(1) : steps;
}

/** Steps of a path of the reference: `a.<pool>[].b` has `a`, `<pool>`, `[]`, `b`. */
const patternOf = (path: string): readonly string[] =>
  path.match(/<[^>]*>|\[\]|\["[^"]*"\]|[^.[\]]+/g)?.map((step) => step.replace(/^\["(.*)"\]$/, "$1")) ?? [];

const lengthOf = (path: string): number => patternOf(path).length;

/** True if a path of the reference is the one of the steps, or below it. */
function isBelow(path: string, steps: readonly string[]): boolean {
  const pattern = patternOf(path);
  return steps.every((step, index) => {
    const expected = pattern[index];
    return expected !== undefined && (expected === step || expected.startsWith("<"));
  });
}

function suggestPath(
  path: string,
  steps: readonly string[],
  settings: readonly Pick<SettingRow, "path" | "description">[],
): string {
  const key = steps.at(-1) ?? "";
  const sameKey = indexPaths(clusterSettings).get(normalizeKey(key)) ?? [];
  const known = settings.map((each) => each.path);
  const meant =
    nearest(steps.join("."), known) ??
    nearestWithin(steps, known) ??
    [...sameKey, ...wordsOfOtherTool(key)].find((word) => /^(cluster\.|aws:)/.test(word));
  const hint =
    meant === undefined ? "docs/settings.md lists all settings" : `did you mean ${meant.replace(/^cluster\./, "")}?`;
  return `unknown setting ${path}; ${hint}`;
}

/** Key of the same mapping that the last step probably meant. */
function nearestWithin(steps: readonly string[], known: readonly string[]): string | undefined {
  const parent = steps.slice(0, -1);
  const beside = known.filter((path) => lengthOf(path) === steps.length && isBelow(path, parent));
  const meant = nearest(
    steps.at(-1) ?? "",
    beside.map((path) => patternOf(path).at(-1) ?? ""),
  );
  return beside.find((path) => patternOf(path).at(-1) === meant);
}
