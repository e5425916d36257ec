/** Settings that a rehearsal overrides, and substitutions that it reports. */
import { rehearsalSettings, substitutions } from "../../rehearsal/settingOverrides";
import { specOf } from "../specs";

const specWith = (addons: object) => specOf({ name: "blue", addons });
const names = (addons: object): string[] => substitutions(specWith(addons)).map(({ name }) => name);

test("replaces parts that are not available, and gives reasons", () => {
  expect(rehearsalSettings(specWith({}), {})).toMatchObject({ addons: { podNetwork: { provider: "flannel" } } });
  const traffic = "traffic through load balancers of Services";
  expect(names({})).toEqual(["Cilium", traffic]);
  expect(names({ cloudController: { enabled: false } })).not.toContain(traffic);
  for (const { reason } of substitutions(specWith({}))) expect(reason.length).toBeGreaterThan(20);
});

test("keeps flannel", () => {
  const own = rehearsalSettings(specWith({ podNetwork: { provider: "flannel" } }), {});
  expect(own).not.toHaveProperty("addons");
  expect(names({ podNetwork: { provider: "flannel" } })).not.toContain("Cilium");
});

test("a stack without add-ons keeps none and has no substitutions for them", () => {
  expect(rehearsalSettings(specWith({ enabled: false }), {})).not.toHaveProperty("addons");
  expect(names({ enabled: false })).toEqual([]);
});

test("omits and reports security groups that exist in the AWS account only", () => {
  const workers = { general: {}, own: { securityGroupIds: ["sg-0123456789abcdef0"] } };
  const spec = specOf({ name: "blue", workers });
  expect(rehearsalSettings(spec, {})).toMatchObject({ workers: { own: { securityGroupIds: [] } } });
  expect(rehearsalSettings(spec, {})["workers"]).not.toHaveProperty("general");
  expect(substitutions(spec).map(({ name }) => name)).toContain("additional security groups of the worker pools own");
});
