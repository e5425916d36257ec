import { clusterAutoscalerStatements } from "../../../components/addons/clusterAutoscaler/role.plan";
import { clusterAutoscalerValues, groupPriorities } from "../../../components/addons/clusterAutoscaler/values.plan";
import { planPool } from "../../../components/workers/pools.plan";
import { threeZones } from "../../machineSupport";
import { describePolicy, iamScope, identity } from "./iamScope";

const spec = threeZones();
const values = clusterAutoscalerValues(spec, identity);

test("discovers the groups that pools tag for it", () => {
  expect(planPool(spec, "general").groups[0]?.autoscalerTags).toMatchObject({
    "k8s.io/cluster-autoscaler/enabled": "true",
    [`k8s.io/cluster-autoscaler/${values.autoDiscovery.clusterName}`]: "owned",
  });
});

test("has the release of the Kubernetes minor", () => {
  const tagFor = (kubernetesVersion: string) =>
    clusterAutoscalerValues({ ...spec, kubernetesVersion }, identity).image.tag;
  expect(tagFor("1.36.3")).toBe("v1.36.1");
  expect(tagFor("1.35.8")).toBe("v1.35.2");
  expect(() => tagFor("1.20.0")).toThrow("Kubernetes 1.20.0 is not one of");
});

test("assumes its role by a token; the chart sets the region", () => {
  expect(values.extraEnv).toEqual({
    AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/controller",
    AWS_WEB_IDENTITY_TOKEN_FILE: "/var/run/secrets/sts.amazonaws.com/serviceaccount/token",
    AWS_STS_REGIONAL_ENDPOINTS: "regional",
  });
  expect(values).toMatchObject({ awsRegion: "eu-central-1", extraVolumes: identity.volumes });
});

test("turns settings into flags", () => {
  const clusterAutoscaler = {
    expanders: ["priority", "least-nodes"],
    priorities: { general: 10 },
    balanceSimilarPools: false,
    scaleDown: { enabled: false, utilizationPercentage: 65, unneededMinutes: 20, delayAfterAddMinutes: 5 },
  };
  const changed = clusterAutoscalerValues(threeZones({ addons: { clusterAutoscaler } }), identity);
  expect(changed.extraArgs).toMatchObject({
    expander: "priority,least-nodes",
    "balance-similar-node-groups": false,
    "scale-down-enabled": false,
    "scale-down-utilization-threshold": "0.65",
    "scale-down-unneeded-time": "20m",
    "scale-down-delay-after-add": "5m",
  });
  expect(changed.expanderPriorities).toBeDefined();
  expect(values.expanderPriorities).toBeUndefined();
});

test("runs on the control plane", () => {
  expect(values).toMatchObject({ replicaCount: 2, nodeSelector: { "node-role.kubernetes.io/control-plane": "" } });
});

test.each([
  ["general", 50],
  ["general-arm", 10],
  ["general-a", 50],
  ["general-lax-1a", 50],
  ["spot", 50],
  ["batch", 0],
])("group of %s has priority %d", (group, expected) => {
  const patterns = Object.entries(groupPriorities("blue", { general: 50, "general-arm": 10, spot: 50 }));
  const matching = patterns.filter(([, each]) => each.some((one) => new RegExp(one).test(`blue-worker-${group}`)));
  expect(Math.max(...matching.map(([priority]) => Number(priority)))).toBe(expected);
});

describe("role", () => {
  const statements = clusterAutoscalerStatements(iamScope);
  describePolicy(statements);

  test("scales only worker groups of this cluster", () => {
    const writing = statements.filter(({ Action }) => Action.some((action) => /:(Set|Terminate)/.test(action)));
    expect(writing).toEqual([
      {
        Sid: "ScaleWorkerGroups",
        Effect: "Allow",
        Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
        Resource: [
          "arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/blue-worker-*",
        ],
        Condition: {
          StringEquals: { "aws:ResourceTag/holdfast:cluster": "blue", "aws:ResourceTag/holdfast:role": "worker" },
        },
      },
    ]);
  });
});
