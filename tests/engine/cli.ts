/** Location of the Pulumi CLI. */

import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

export type FoundCli = { readonly pulumi: string; readonly path: string } | { readonly missing: string };

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

/** Finds the CLI on PATH, and the language host beside it or on PATH. */
export function findCli(path = process.env.PATH ?? ""): FoundCli {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  const pulumi = onPath("pulumi", folders);
  if (pulumi === undefined) return { missing: "pulumi is not on PATH (https://www.pulumi.com/docs/install/)" };
  const beside = [dirname(pulumi), dirname(realpathSync(pulumi))];
  if (onPath("pulumi-language-nodejs", [...beside, ...folders]) === undefined) {
    return { missing: `pulumi-language-nodejs is neither beside ${pulumi} nor on PATH` };
  }
  return { pulumi, path: [...beside, path].join(delimiter) };
}
