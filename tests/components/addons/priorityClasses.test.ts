import { PriorityClasses, priorityClasses } from "../../../components/addons/priorityClasses/priorityClasses";
import { deploy } from "../../mocks";

test("two priorities beside Kubernetes' own", async () => {
  const { ofType } = await deploy(() => new PriorityClasses("blue-platform-priorities"));
  const made = ofType("kubernetes:scheduling.k8s.io/v1:PriorityClass");
  expect(Object.keys(made)).toEqual(["blue-platform-priorities-platform", "blue-platform-priorities-headroom"]);
  const [platform, headroom] = Object.values(made).map(({ inputs }) => inputs);
  expect(platform).toMatchObject({
    metadata: { name: "holdfast-platform" },
    value: 1_000_000,
    preemptionPolicy: "PreemptLowerPriority",
    globalDefault: false,
  });
  expect(headroom).toMatchObject({ metadata: { name: "holdfast-headroom" }, value: -10, preemptionPolicy: "Never" });
});

test("no priority is the system's, and headroom gives way to pods that say nothing", () => {
  for (const { name, value } of Object.values(priorityClasses)) {
    expect(name).not.toMatch(/^system-/);
    expect(value).toBeLessThanOrEqual(1_000_000_000);
  }
  expect(priorityClasses.headroom.value).toBeLessThan(0);
});
