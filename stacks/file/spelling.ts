import { clusterSettings } from "../../components/clusterSettings";
import { mayBeSecret } from "../../components/settings/encrypted";
import { fillEncrypted } from "../../components/settings/placeholders";
import { parseShape } from "../../components/settings/parseShape";
import type { SettingPath, SettingsProblem } from "../../components/settings/problems";
import { valueAt } from "../../components/settings/problems";

/** Value that JSON spells otherwise than the file. */
export interface Respelled {
  /** Below `config`. */
  readonly path: SettingPath;
  readonly written: string;
  readonly read: number | boolean;
  /** Name of the file and line. */
  readonly place: string;
}

/** Problems of values that are texts to Holdfast and that the engine changes: the label `1_000` would become `1000`. */
export function changedTexts(
  config: Readonly<Record<string, unknown>>,
  respelled: readonly Respelled[],
): readonly SettingsProblem[] {
  if (respelled.length === 0) return [];
  const raw = fillEncrypted(clusterSettings, config["holdfast:cluster"]).settings;
  const { settings } = parseShape(clusterSettings, raw, { name: "cluster" });
  const isText = ([key = "", ...path]: SettingPath): boolean =>
    // Values directly below config are texts.
    path.length === 0 || (/^(holdfast:|holdfast:config:)?cluster$/.test(String(key)) && isChanged(settings, path));
  return respelled
    .filter(({ path }) => isText(path))
    .map(({ path, place, written, read }) =>
      mayBeSecret(path)
        ? { path: place, found: "[not shown]", message: "not a text to Pulumi; write it in quotes" }
        : {
            path: place,
            found: written,
            message: `Pulumi reads ${String(read)}; write ${String(read)}, or "${written}" in quotes`,
          },
    );
}

const isChanged = (settings: unknown, path: SettingPath): boolean => typeof valueAt(settings, path) === "string";
