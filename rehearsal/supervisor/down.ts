/** Removal and list of rehearsals. Imports nothing that is slow to load. */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { destroyEverything } from "../machines/recovery";
import { statePaths, stateRoot } from "./statePaths";

/** Removes every trace of a rehearsal. False: there was none. */
export async function down(id: string): Promise<boolean> {
  const { directory } = statePaths(id);
  const found = existsSync(directory);
  // Even without the directory, because its path determines the names of namespaces.
  await destroyEverything(directory);
  rmSync(directory, { recursive: true, force: true });
  return found;
}

/** Ids of this host's rehearsals, running or not. */
export function listRehearsals(): string[] {
  const root = stateRoot();
  if (!existsSync(root)) return [];
  return readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory());
}
