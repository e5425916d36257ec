import type { Properties } from "../core/resourceType";
import type { WorldResource } from "../core/world";

/**
 * Backend of a simulated provider: makes the changes of the simulated account in a running system. The simulation decides ids,
 * differences and refusals; a call resolves when the provider may answer the engine, and rejects if the change failed.
 */
export interface Backend {
  /** Settings of the provider, with secrets in clear text; values are unknown in a preview. */
  configure(settings: Properties): void;
  create(resource: WorldResource): Promise<void>;
  /** @param former state before the update */
  update(resource: WorldResource, former: WorldResource): Promise<void>;
  /** @param included resources that AWS deletes with this one */
  delete(resource: WorldResource, included: readonly WorldResource[]): Promise<void>;
  /** Resource as it is now; undefined if it no longer exists. */
  read(resource: WorldResource): Promise<WorldResource | undefined>;
}
