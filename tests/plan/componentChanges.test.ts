/** A changed setting of kubelet or of a control-plane component replaces only the machines that it concerns. */
import { comparePlans } from "../../plan/comparison/compare";
import { plainPlan, planStack } from "../../plan/planStack";
import { outputsChangedByUpdate, replacementProperties } from "../../simulation/registry";

jest.setTimeout(120_000);

const plain = async (overrides: object) => plainPlan(await planStack("dev", { overrides }), { showSecrets: false });
const pools = (kubelet: object) => ({ workers: { general: {}, tuned: { kubelet } } });
const unchanged = plain(pools({}));

const members = ["dev-control-plane-a"];
const both = ["dev-worker-general", "dev-worker-tuned"];

test.each<readonly [string, object, readonly string[]]>([
  ["kubelet of a pool", pools({ podPidsLimit: 8192 }), ["dev-worker-tuned"]],
  ["kubelet of the control plane", { ...pools({}), controlPlane: { kubelet: { podPidsLimit: 8192 } } }, members],
  ["kubelet of all nodes", { ...pools({}), nodes: { kubelet: { podPidsLimit: 8192 } } }, [...members, ...both]],
  ["API server", { ...pools({}), controlPlane: { apiServer: { maxRequestsInflight: 800 } } }, members],
  [
    "controller manager",
    { ...pools({}), controlPlane: { controllerManager: { horizontalPodAutoscalerSyncPeriod: "10s" } } },
    members,
  ],
])("%s", async (_title, overrides, expected) => {
  const { changes, files, rollouts } = comparePlans(await unchanged, await plain(overrides), {
    replaceOn: replacementProperties,
    changesWithUpdate: outputsChangedByUpdate,
  });
  expect(files).toEqual([]);
  expect(rollouts.map(({ group }) => group).sort()).toEqual(expected);
  // A launch template and its group for each; the parameter from which a control-plane member tries its next configuration.
  expect(changes.map(({ action, type }) => [action, type]).sort()).toEqual(
    expected
      .flatMap((group) => [
        "aws:autoscaling/group:Group",
        "aws:ec2/launchTemplate:LaunchTemplate",
        ...(group.includes("control-plane") ? ["aws:ssm/parameter:Parameter"] : []),
      ])
      .map((type) => ["update", type])
      .sort(),
  );
});
