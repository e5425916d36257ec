import { isDeepStrictEqual } from "node:util";

import { knownRegions } from "../../components/settings/regions";
import { reveal } from "../../plan/program/secret";
import type { Properties } from "../core/resourceType";

/** A provider's settings as far as the simulation knows them; the others are taken and have no effect. */
export interface Configuration {
  /** AWS region; `""` for a provider that has none. */
  readonly region: string;
  /** Tags that the provider puts on everything that can have tags. */
  readonly defaultTags: Readonly<Record<string, string>>;
}

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** Nested settings of providers are JSON texts. */
function opened(value: unknown): unknown {
  return typeof value === "string" && value.startsWith("{") ? (JSON.parse(value) as unknown) : value;
}

export function readConfiguration(properties: Properties): Configuration {
  const { region, defaultTags } = reveal(properties) as Properties;
  const { tags = {} } = (opened(defaultTags) ?? {}) as { tags?: Record<string, string> };
  return { region: typeof region === "string" ? region : "", defaultTags: tags };
}

/** What is wrong with the settings of a provider of AWS: without a region there is nobody to call. */
export function configurationFailures(packageName: string, properties: Properties): readonly Failure[] {
  if (packageName !== "aws") return [];
  const { region } = readConfiguration(properties);
  if (region === "") return [{ property: "region", reason: "Missing region: set aws:region or the provider's region" }];
  return knownRegions.includes(region) ? [] : [{ property: "region", reason: `Invalid AWS Region: ${region}` }];
}

/** Names of the settings that differ, and of those that make everything of the provider anew. */
export function configurationChanges(before: Properties, after: Properties) {
  const diffs = changedNames(before, after);
  return { diffs, replaces: diffs.filter((name) => name === "region") };
}

/** Names of the properties of which one has another value than the other, secret or not. */
export function changedNames(before: Properties, after: Properties): string[] {
  const [left, right] = [reveal(before) as Properties, reveal(after) as Properties];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].filter((name) => !isDeepStrictEqual(left[name], right[name]));
}
