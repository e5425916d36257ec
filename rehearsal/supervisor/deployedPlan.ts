/** The plan that a rehearsal runs, and its created resources. An update of the stack replaces both. */
import { type Inventory, readInventory } from "../aws/resources/inventory";
import type { CloudResource } from "../aws/resources/resourceHandler";
import type { BootPlan } from "./bootPlan";

export class DeployedPlan {
  #inventory: Inventory;

  /** @param resources with real ids */
  constructor(
    private current: BootPlan,
    private created: readonly CloudResource[],
  ) {
    this.#inventory = readInventory(created);
  }

  get plan(): BootPlan {
    return this.current;
  }

  get resources(): readonly CloudResource[] {
    return this.created;
  }

  get inventory(): Inventory {
    return this.#inventory;
  }

  use(plan: BootPlan, resources: readonly CloudResource[]): void {
    this.#inventory = readInventory(resources);
    this.current = plan;
    this.created = resources;
  }
}
