/** Settings that a rehearsal overrides, and substitutions that it reports. */
import { ciliumChosen, isCiliumChosen, rehearsalSettings, substitutions } from "../../rehearsal/settingOverrides";
import { specOf } from "../specs";

const specWith = (addons: object) => specOf({ name: "blue", addons });
const withFlannel = specWith({ podNetwork: { provider: "flannel" } });
const names = (addons: object, rehearsed = withFlannel): string[] =>
  substitutions(specWith(addons), rehearsed).map(({ name }) => name);

test("replaces parts that are not available, and gives reasons", () => {
  expect(rehearsalSettings(specWith({}), {})).toMatchObject({ addons: { podNetwork: { provider: "flannel" } } });
  const traffic = "traffic through load balancers of Services";
  expect(names({})).toEqual(["Cilium", traffic]);
  expect(names({ cloudController: { enabled: false } })).not.toContain(traffic);
  for (const { reason } of substitutions(specWith({}), withFlannel)) expect(reason.length).toBeGreaterThan(20);
});

test("Cilium replaces nothing if a rehearsal chooses it", () => {
  expect([isCiliumChosen({}), isCiliumChosen(ciliumChosen)]).toEqual([false, true]);
  expect(isCiliumChosen(rehearsalSettings(specWith({}), {}))).toBe(false);
  expect(names({}, specWith(ciliumChosen.addons))).toEqual([
    "policies of layer 7 in Cilium",
    "traffic through load balancers of Services",
  ]);
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
  expect(substitutions(spec, spec).map(({ name }) => name)).toContain(
    "additional security groups of the worker pools own",
  );
});

test("passes the checksums of the stack's own Kubernetes version from a mirror of several", () => {
  const path = (version: string) => `kubernetes/v${version}/bin/linux/amd64/kubelet`;
  const sums = { [path("1.36.3")]: "a".repeat(64), [path("1.37.1")]: "b".repeat(64) };
  const sumsOf = (kubernetesVersion: string) =>
    rehearsalSettings(specOf({ name: "blue", kubernetesVersion }), sums)["nodes"] as object;
  expect(sumsOf("1.36.3")).toMatchObject({ assets: { sha256: { [path("1.36.3")]: "a".repeat(64) } } });
  expect(JSON.stringify(sumsOf("1.37.1"))).not.toContain("1.36.3");
  const workers = { general: { kubernetesVersion: "1.36.3" } };
  const both = rehearsalSettings(specOf({ name: "blue", kubernetesVersion: "1.37.1", workers }), sums);
  expect(both["nodes"]).toMatchObject({ assets: { sha256: sums } });
});
