/** Load balancers that run: each starts once it has a listener, and stops when it is deleted. */
import type { LoadBalancer } from "../aws/resources/inventory";
import { RunningLoadBalancer, type LoadBalancerOptions } from "./loadBalancer";

export interface LoadBalancersOptions extends Pick<LoadBalancerOptions, "network" | "haproxy"> {
  /** Directory of a load balancer's files. */
  readonly directory: (name: string) => string;
}

export class LoadBalancers {
  readonly #running = new Map<string, RunningLoadBalancer>();
  /** Number of load balancers so far, which determines the addresses of the next. */
  #started = 0;

  constructor(private readonly options: LoadBalancersOptions) {}

  get running(): readonly RunningLoadBalancer[] {
    return [...this.#running.values()];
  }

  /** Address of the load balancer of the API, the only one of a plan; undefined until it runs. */
  get apiAddress(): string | undefined {
    return this.running[0]?.addresses[0];
  }

  /** Starts and stops load balancers, so that those of the inventory run. Not for concurrent calls. */
  async sync(wanted: readonly LoadBalancer[]): Promise<void> {
    const { network, haproxy, directory } = this.options;
    for (const [name, balancer] of this.#running) {
      if (wanted.some((each) => each.name === name)) continue;
      this.#running.delete(name);
      await balancer.stop();
    }
    const added = wanted.filter(({ name, listeners }) => listeners.length > 0 && !this.#running.has(name));
    const starts = added.map((balancer) => {
      const index = this.#started;
      this.#started += 1;
      return RunningLoadBalancer.start({ balancer, index, network, haproxy, directory: directory(balancer.name) });
    });
    for (const balancer of await Promise.all(starts)) this.#running.set(balancer.balancer.name, balancer);
  }
}
