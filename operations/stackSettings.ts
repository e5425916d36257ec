/** Changes of settings in the text of a stack file. */
import { type Document, isMap, parseDocument } from "yaml";

import { parseSpec } from "./stack";

const clusterKey = "holdfast:cluster";

/** Path of a setting in a stack file. */
export const settingPath = (...path: readonly string[]): readonly string[] => ["config", clusterKey, ...path];

/**
 * Changes a stack file; keeps comments, order and all other settings.
 * @throws Error if the file has no cluster, or if the changed settings are invalid.
 */
export function changeSettings(text: string, change: (document: Document) => void): string {
  const document = parseDocument(text);
  const cluster = document.getIn(settingPath());
  // The other settings may come from an environment.
  const isMissing = !isMap(cluster) && !(cluster === undefined && document.has("environment"));
  if (document.errors.length > 0 || isMissing) throw new Error(`the file has no mapping config.${clusterKey}`);
  change(document);
  const written = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  parseSpec("<stack>", "the changed stack file", written);
  return written;
}
