/** The Pulumi CLI that the tests use. */

import { spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

import { version as sdkVersion } from "@pulumi/pulumi/package.json";

import { preparePrograms } from "../../rehearsal/assets";
import type { Report } from "../../rehearsal/assets";
import { launcher } from "../../simulation/providers/launcher";

export interface Cli {
  readonly pulumi: string;
  /** PATH with the language host. */
  readonly path: string;
}

/** Environment variables in which {@link prepareCli} passes the CLI to the tests. */
const variables = { pulumi: "HOLDFAST_TEST_PULUMI", path: "HOLDFAST_TEST_PULUMI_PATH" };

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

/** Builds the CLI at the SDK's version, or finds it in the cache, and writes a launcher of the test host. */
async function buildCli(path: string, folder: string, report: Report): Promise<Cli> {
  const programs = await preparePrograms(["pulumi", "pulumi-yaml"], report);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, languageHost), launcher("tests/engine/languageHost/main.ts"), { mode: 0o755 });
  return {
    pulumi: join(programs.pulumi, "pulumi"),
    path: [folder, programs.pulumi, programs["pulumi-yaml"], path].join(delimiter),
  };
}

/**
 * Prepares the CLI for the tests of this run: the installed one, if it has the SDK's version, else one built from the Go modules
 * that Pulumi publishes.
 *
 * @param folder temporary folder, for the launcher of the test host
 */
export async function prepareCli(folder: string, report: Report): Promise<Cli> {
  const path = process.env.PATH ?? "";
  const cli = findInstalledCli(path) ?? (await buildCli(path, folder, report));
  process.env[variables.pulumi] = cli.pulumi;
  process.env[variables.path] = cli.path;
  return cli;
}

/** The prepared CLI. */
export function preparedCli(): Cli {
  const { [variables.pulumi]: pulumi, [variables.path]: path } = process.env;
  if (pulumi === undefined || path === undefined) throw new Error("run these tests with npm run test:engine");
  return { pulumi, path };
}
