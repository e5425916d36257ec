import { loadedServices, loadObjects } from "../../../../rehearsal/drills/load/objects";

interface Deployment {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly { readonly args: readonly string[]; readonly lifecycle?: unknown }[];
      };
    };
  };
}
const objects = loadObjects("drill", "http://collector/").map(({ object }) => object);
const ofKind = (kind: string) => objects.filter((each) => each.kind === kind);
const names = loadedServices.map(({ name }) => name);

describe("request load", () => {
  it("has a Service, a disruption budget and a Deployment of two pods for each program, and two clients", () => {
    expect(ofKind("Service").map(({ metadata }) => metadata.name)).toEqual(names);
    for (const kind of ["PodDisruptionBudget", "Deployment"])
      expect(ofKind(kind).map(({ metadata }) => metadata.name)).toEqual([...names, "clients"]);
    for (const each of ofKind("Deployment")) expect((each as Deployment).spec.replicas).toBe(2);
  });

  it("lets every pod of a Service answer for seconds after its deletion, within its grace period", () => {
    for (const { linger, preStop = 0, gracePeriod } of loadedServices) {
      expect(linger + preStop).toBeGreaterThanOrEqual(5);
      expect(linger + preStop).toBeLessThan(gracePeriod);
    }
  });

  it("sends requests to every Service by its name", () => {
    const clients = objects.find(
      (each) => each.kind === "Deployment" && each.metadata.name === "clients",
    ) as Deployment;
    const [container] = clients.spec.template.spec.containers;
    expect(container?.args).toEqual(expect.arrayContaining(names.map((name) => `${name}=http://${name}/`)));
    expect(container?.args).toContain("-collector=http://collector/");
  });
});
