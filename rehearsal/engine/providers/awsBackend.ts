import type { WorldResource } from "../../../simulation/core/world";
import type { Backend } from "../../../simulation/providers/backend";
import type { RehearsalClient } from "../../supervisor/client";
import { toCloudResource } from "./plugin";

/** The rehearsed AWS: each change of a resource is a request to the supervisor. */
export class AwsBackend implements Backend {
  constructor(private readonly rehearsal: RehearsalClient) {}

  configure(): void {
    // The region of the plan is that of the rehearsal.
  }

  create(resource: WorldResource): Promise<void> {
    return this.rehearsal.createResource(toCloudResource(resource));
  }

  update(resource: WorldResource, former: WorldResource): Promise<void> {
    return this.rehearsal.updateResource(toCloudResource(resource), former.inputs);
  }

  delete(resource: WorldResource, included: readonly WorldResource[]): Promise<void> {
    return this.rehearsal.deleteResource(toCloudResource(resource), included.map(toCloudResource));
  }

  async read(resource: WorldResource): Promise<WorldResource | undefined> {
    const [changes] = await this.rehearsal.readResource(toCloudResource(resource));
    if (changes === undefined) return undefined;
    const { inputs, outputs } = resource;
    // The program's own values differ, too; all others are outputs only.
    const given = Object.entries(changes).filter(([name]) => name in inputs);
    return { ...resource, inputs: { ...inputs, ...Object.fromEntries(given) }, outputs: { ...outputs, ...changes } };
  }
}
