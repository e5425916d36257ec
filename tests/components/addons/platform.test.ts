/** The platform as a whole: its order, what it is without a part, and what holds for everything that it runs. */
import { Platform } from "../../../components/addons/platform";
import { imagesOf } from "../../../rehearsal/kubernetes/plannedObjects";
import type { Manifest } from "../../../rehearsal/kubernetes/plannedObjects";
import { deploy } from "../../mocks";
import type { Deployment } from "../../mocks";
import { specOf } from "../../specs";

const whole = { podNetwork: { provider: "flannel" }, dns: { nodeLocalCache: { enabled: true } } };

const platform = (settings: object = whole): Promise<Deployment<unknown>> =>
  deploy(() => {
    new Platform("blue-platform", { spec: specOf({ name: "blue", platform: settings }) });
    return {};
  });

const partsOf = ({ resources }: Deployment<unknown>): string[] =>
  resources.filter(({ parent }) => parent === "blue-platform").map(({ name }) => name.replace("blue-platform-", ""));

describe("the platform", () => {
  let all: Deployment<unknown>;
  beforeAll(async () => {
    all = await platform();
  });

  test("comes in the order in which each part needs those before it", () => {
    expect(partsOf(all)).toEqual([
      "priorities",
      "pod-network",
      "cloud-controller",
      "dns",
      "certificate-approver",
      "metrics-server",
    ]);
    for (const part of ["dns", "certificate-approver", "metrics-server"]) {
      expect(all.get(`blue-platform-${part}`).options.dependsOn).toEqual(
        expect.arrayContaining([
          "blue-platform-priorities",
          "blue-platform-pod-network",
          "blue-platform-cloud-controller",
        ]),
      );
    }
  });

  test.each([
    ["cloudController", "cloud-controller"],
    ["dns", "dns"],
    ["certificateApprover", "certificate-approver"],
    ["metricsServer", "metrics-server"],
  ])("without %s is the same but for that part", async (setting, part) => {
    const without = await platform({ ...whole, [setting]: { enabled: false } });
    expect(partsOf(without)).toEqual(partsOf(all).filter((name) => name !== part));
  });

  interface Container {
    readonly name: string;
    readonly securityContext?: {
      readonly readOnlyRootFilesystem?: boolean;
      readonly allowPrivilegeEscalation?: boolean;
    };
    readonly resources?: { readonly requests?: object; readonly limits?: object };
  }

  const workloads = () => all.resources.filter(({ type }) => /:(Deployment|DaemonSet)$/.test(type));

  test("runs only what asks for its room, has an end to its memory, and cannot write to its image", () => {
    expect(workloads().length).toBeGreaterThanOrEqual(6);
    for (const { name, inputs } of workloads()) {
      const { template } = inputs.spec as {
        template: { spec: { containers: Container[]; initContainers?: Container[] } };
      };
      for (const container of [...template.spec.containers, ...(template.spec.initContainers ?? [])]) {
        expect([name, container]).toEqual([
          name,
          expect.objectContaining({
            resources: {
              requests: { cpu: expect.any(String) as unknown, memory: expect.any(String) as unknown },
              limits: { memory: expect.any(String) as unknown },
            },
            securityContext: expect.objectContaining({
              readOnlyRootFilesystem: true,
              allowPrivilegeEscalation: false,
            }) as unknown,
          }),
        ]);
      }
    }
  });

  test("names every image by its version", () => {
    for (const { inputs } of workloads()) {
      for (const image of imagesOf(inputs as unknown as Manifest))
        expect(image).toMatch(/^[a-z0-9.-]+\/.+:v?\d+\.\d+\.\d+/);
    }
  });

  test("keeps its accounts' tokens from whoever does not ask for them", () => {
    const accounts = Object.values(all.ofType("kubernetes:core/v1:ServiceAccount"));
    expect(accounts.length).toBeGreaterThanOrEqual(6);
    for (const { name, inputs } of accounts) {
      expect([name, inputs.automountServiceAccountToken]).toEqual([name, false]);
    }
  });
});
