/** The Pulumi CLI of tests and of rehearsals by the engine. */

import { spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

import { version as sdkVersion } from "@pulumi/pulumi/package.json";

import { preparePrograms } from "../assets";
import type { Report } from "../assets";
import { launcher } from "../../simulation/providers/launcher";

export interface Cli {
  readonly pulumi: string;
  /** PATH with the language host. */
  readonly path: string;
}

const languageHost = "pulumi-language-nodejs";

function executable(file: string): string | undefined {
  try {
    accessSync(file, constants.X_OK);
    return file;
  } catch {
    return undefined;
  }
}

const onPath = (name: string, folders: readonly string[]): string | undefined =>
  folders.flatMap((folder) => executable(join(folder, name)) ?? []).at(0);

function versionOf(pulumi: string): string | undefined {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { status, stdout } = spawnSync(pulumi, ["version"], { encoding: "utf8", env });
  return status === 0 ? stdout.trim() : undefined;
}

/** Installed CLI of the SDK's version with its own language host, beside it or on PATH; undefined: none. */
function findInstalledCli(path: string): Cli | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  const pulumi = onPath("pulumi", folders);
  if (pulumi === undefined || versionOf(pulumi) !== `v${sdkVersion}`) return undefined;
  const beside = [dirname(pulumi), dirname(realpathSync(pulumi))];
  if (onPath(languageHost, [...beside, ...folders]) === undefined) return undefined;
  return { pulumi, path: [...beside, path].join(delimiter) };
}

/** Builds the CLI at the SDK's version, or finds it in the cache, and writes a launcher of the language host. */
async function buildCli(path: string, folder: string, report: Report): Promise<Cli> {
  const programs = await preparePrograms(["pulumi", "pulumi-yaml"], report);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, languageHost), launcher("rehearsal/engine/languageHost/main.ts"), { mode: 0o755 });
  return {
    pulumi: join(programs.pulumi, "pulumi"),
    path: [folder, programs.pulumi, programs["pulumi-yaml"], path].join(delimiter),
  };
}

/**
 * The installed CLI, if it has the SDK's version, else one built from the Go modules that Pulumi publishes.
 *
 * @param folder for the launcher of the language host
 */
export async function findOrBuildCli(folder: string, report: Report): Promise<Cli> {
  const path = process.env.PATH ?? "";
  return findInstalledCli(path) ?? (await buildCli(path, folder, report));
}
