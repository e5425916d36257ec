/** Recovery of a stack after a killed update, as docs/troubleshooting.md describes it. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { WorldResource } from "../../simulation/core/world";
import type { State, StateResource, Workspace } from "./workspace";

/** Resources that exist in AWS or in the cluster, but not in the state. */
export function unrecorded(workspace: Workspace, { resources = [] }: State): readonly WorldResource[] {
  const recorded = new Set(resources.map(({ type, id }) => `${type} ${id ?? ""}`));
  // Keys and certificates exist in the state only.
  return workspace.world().filter(({ id, type }) => !type.startsWith("tls:") && !recorded.has(`${type} ${id}`));
}

/**
 * Releases the lock of the killed update, deletes the resources whose creation it has not recorded, and clears its pending
 * operations.
 *
 * @throws if such a resource is not a pending operation: the operator would not find it
 */
export async function recover(workspace: Workspace, stack: string): Promise<void> {
  await workspace.mustRun("cancel", "--yes", "--stack", stack);
  const state = await workspace.state(stack);
  const creating = new Set(
    state.pending_operations?.filter(({ type }) => type === "creating").map(({ resource }) => resource.urn),
  );
  for (const resource of unrecorded(workspace, state)) {
    if (!creating.has(resource.urn)) {
      throw new Error(`${resource.urn} exists, but the state has no pending operation for it`);
    }
    workspace.removeForeign(resource);
  }
  await workspace.mustRun("refresh", "--yes", "--skip-preview", "--clear-pending-creates", "--stack", stack);
}

/** Name in a URN. */
const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

/** Provider's URN in a reference, which ends with its id. */
const providerUrn = (reference: string): string => reference.slice(0, reference.lastIndexOf("::"));

/** Imports a resource under the URN that the program gives it. */
export async function importResource(workspace: Workspace, stack: string, resource: StateResource): Promise<void> {
  const { urn, type, id, parent = "", provider = "" } = resource;
  const file = join(workspace.folder, "import.json");
  const nameTable = { parent, provider: providerUrn(provider) };
  const imported = { type, name: nameOf(urn), id, parent: "parent", provider: "provider" };
  writeFileSync(file, JSON.stringify({ nameTable, resources: [imported] }));
  const options = ["--yes", "--skip-preview", "--generate-code=false", "--protect=false", "--stack", stack];
  await workspace.mustRun("import", "--file", file, ...options);
}
