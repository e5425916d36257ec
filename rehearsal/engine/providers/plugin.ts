import type { WorldResource } from "../../../simulation/core/world";
import type { CloudResource } from "../../aws/resources/resourceHandler";
import { RehearsalClient } from "../../supervisor/client";

/** Environment variable with the id of the rehearsal of a plugin. */
export const rehearsalVariable = "HOLDFAST_REHEARSAL";

/** Rehearsal of this process. */
export function rehearsalOfPlugin(): RehearsalClient {
  const id = process.env[rehearsalVariable];
  if (id === undefined) throw new Error(`${rehearsalVariable} must name the rehearsal`);
  return RehearsalClient.of(id);
}

/** Resource as the supervisor reads it; the engine orders the changes, so that it has no dependencies. */
export const toCloudResource = ({ urn, type, id, inputs, outputs }: WorldResource): CloudResource => ({
  ...{ urn, type, id, inputs, outputs },
  name: urn.split("::").slice(3).join("::"),
  dependsOn: [],
});
