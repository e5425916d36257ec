/** Takes rehearsals down, and finds those that there are. Leans on nothing that is slow to load. */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { destroyEverything } from "../machines/recovery";
import { statePaths, stateRoot } from "./state";

/** Removes every trace of a rehearsal, however it ended. False: there was none. */
export async function down(id: string): Promise<boolean> {
  const { directory } = statePaths(id);
  const found = existsSync(directory);
  // also without the directory: its namespaces' names follow from its path
  await destroyEverything(directory);
  rmSync(directory, { recursive: true, force: true });
  return found;
}

/** Names of the rehearsals that this host has, running or not. */
export function rehearsals(): string[] {
  const root = stateRoot();
  if (!existsSync(root)) return [];
  return readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory());
}
