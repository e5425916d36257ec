import { isDeepStrictEqual } from "node:util";

import { knownRegions } from "../../components/settings/regions";
import { reveal } from "../../plan/program/secret";
import type { Properties } from "../core/resourceType";

/** Settings of a provider. */
export interface Configuration {
  /** AWS region; `""` for a provider without regions. */
  readonly region: string;
  /** Tags that the provider adds to every resource that has tags. */
  readonly defaultTags: Readonly<Record<string, string>>;
  /** All settings, as the provider got them. */
  readonly settings: Properties;
}

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** Nested provider settings arrive as JSON text. */
function parseNested(value: unknown): unknown {
  return typeof value === "string" && value.startsWith("{") ? (JSON.parse(value) as unknown) : value;
}

export function readConfiguration(properties: Properties): Configuration {
  const settings = reveal(properties) as Properties;
  const { region, defaultTags } = settings;
  const { tags = {} } = (parseNested(defaultTags) ?? {}) as { tags?: Record<string, string> };
  return { region: typeof region === "string" ? region : "", defaultTags: tags, settings };
}

/** Problems of the settings of an AWS provider. */
export function checkConfiguration(packageName: string, properties: Properties): readonly Failure[] {
  if (packageName !== "aws") return [];
  const { region } = readConfiguration(properties);
  if (region === "") return [{ property: "region", reason: "Missing region: set aws:region or the provider's region" }];
  return knownRegions.includes(region) ? [] : [{ property: "region", reason: `Invalid AWS Region: ${region}` }];
}

/** Names of changed settings, and of those that replace every resource of the provider. */
export function diffConfiguration(before: Properties, after: Properties) {
  const diffs = changedNames(before, after);
  return { diffs, replaces: diffs.filter((name) => name === "region") };
}

/** Names of properties with different values. A value that becomes secret is not different. */
export function changedNames(before: Properties, after: Properties): string[] {
  const [left, right] = [reveal(before) as Properties, reveal(after) as Properties];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].filter((name) => !isDeepStrictEqual(left[name], right[name]));
}
