/** What a rehearsal changes in a stack's settings, and that it says so. */
import { rehearsalSettings, substitutions } from "../../rehearsal/settingOverrides";
import { specOf } from "../specs";

const specWith = (platform: object) => specOf({ name: "blue", platform });
const names = (platform: object): string[] => substitutions(specWith(platform)).map(({ name }) => name);

test("what comes from publishers out of reach is left out, and named with its reason", () => {
  expect(rehearsalSettings(specWith({}), {})).toMatchObject({ platform: { podNetwork: { provider: "flannel" } } });
  const traffic = "traffic through the load balancers of Services";
  expect(names({})).toEqual(["Cilium", "approval of kubelets' certificates", traffic]);
  expect(names({ cloudController: { enabled: false } })).not.toContain(traffic);
  for (const { reason } of substitutions(specWith({}))) expect(reason.length).toBeGreaterThan(20);
});

test("flannel is rehearsed as it is", () => {
  const own = rehearsalSettings(specWith({ podNetwork: { provider: "flannel" } }), {});
  expect(own).not.toHaveProperty("platform");
  expect(names({ podNetwork: { provider: "flannel" } })).not.toContain("Cilium");
});

test("a stack without a platform keeps none, and nothing is said of it", () => {
  expect(rehearsalSettings(specWith({ enabled: false }), {})).not.toHaveProperty("platform");
  expect(names({ enabled: false })).toEqual([]);
});
