import {
  autoscalerStatements,
  autoscalerValues,
  priorities,
} from "../../../components/addons/clusterAutoscaler/values.plan";
import { planPool } from "../../../components/workers/pools.plan";
import { threeZones } from "../../machineSupport";
import { describePolicy, identity, reach } from "./reach";

const spec = threeZones();
const { clusterAutoscaler } = spec.platform;
const values = autoscalerValues(spec, clusterAutoscaler, identity);

describe("the autoscaler", () => {
  test("finds the groups that pools tag for it", () => {
    const tags = planPool(spec, "general").groups[0]?.autoscalerTags;
    expect(tags).toMatchObject({
      "k8s.io/cluster-autoscaler/enabled": "true",
      [`k8s.io/cluster-autoscaler/${values.autoDiscovery.clusterName}`]: "owned",
    });
  });

  test("is of the release that goes with the cluster's Kubernetes", () => {
    expect(values.image.tag).toBe("v1.36.1");
    const older = autoscalerValues({ ...spec, kubernetesVersion: "1.35.8" }, clusterAutoscaler, identity);
    expect(older.image.tag).toBe("v1.35.2");
    expect(() => autoscalerValues({ ...spec, kubernetesVersion: "1.20.0" }, clusterAutoscaler, identity)).toThrow(
      "no Cluster Autoscaler is known for Kubernetes 1.20.0",
    );
  });

  test("takes its role by a token; the chart itself says the region", () => {
    expect(values.extraEnv).toEqual({
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/controller",
      AWS_WEB_IDENTITY_TOKEN_FILE: "/var/run/secrets/sts.amazonaws.com/serviceaccount/token",
      AWS_STS_REGIONAL_ENDPOINTS: "regional",
    });
    expect(values).toMatchObject({
      awsRegion: "eu-central-1",
      extraVolumes: identity.volumes,
      extraVolumeMounts: identity.volumeMounts,
    });
  });

  test("is told what its settings say", () => {
    const changed = autoscalerValues(
      spec,
      {
        ...clusterAutoscaler,
        expanders: ["priority", "least-nodes"],
        priorities: { general: 10 },
        balanceSimilarPools: false,
        scaleDown: { enabled: false, utilizationPercentage: 65, unneededMinutes: 20, delayAfterAddMinutes: 5 },
      },
      identity,
    );
    expect(changed.extraArgs).toMatchObject({
      expander: "priority,least-nodes",
      "balance-similar-node-groups": false,
      "scale-down-enabled": false,
      "scale-down-utilization-threshold": "0.65",
      "scale-down-unneeded-time": "20m",
      "scale-down-delay-after-add": "5m",
    });
    expect(changed).toHaveProperty("expanderPriorities");
    expect(values).not.toHaveProperty("expanderPriorities");
  });

  test("runs where no worker that goes takes it along", () => {
    expect(values).toMatchObject({
      replicaCount: 2,
      priorityClassName: "system-cluster-critical",
      nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
      resources: { requests: { cpu: "100m", memory: "600Mi" }, limits: { memory: "1Gi" } },
    });
  });
});

test("a pool's priority is its group's, and not that of one whose name begins alike", () => {
  const byPriority = priorities("blue", { general: 50, "general-arm": 10, spot: 50 });
  const priorityOf = (group: string): number =>
    Math.max(
      ...Object.entries(byPriority)
        .filter(([, patterns]) => patterns.some((pattern) => new RegExp(pattern).test(group)))
        .map(([priority]) => Number(priority)),
    );
  expect(priorityOf("blue-worker-general")).toBe(50);
  expect(priorityOf("blue-worker-general-arm")).toBe(10);
  // A pool's groups in its zones are its own.
  expect(priorityOf("blue-worker-general-a")).toBe(50);
  expect(priorityOf("blue-worker-general-lax-1a")).toBe(50);
  expect(priorityOf("blue-worker-spot")).toBe(50);
  expect(priorityOf("blue-worker-batch")).toBe(0);
});

describe("its role", () => {
  const statements = autoscalerStatements(reach);
  describePolicy(statements);

  test("sizes groups of this cluster's workers and no others", () => {
    const writing = statements.filter(({ Action }) => Action.some((action) => /:(Set|Terminate)/.test(action)));
    expect(writing).toEqual([
      {
        Sid: "SizeOwnPools",
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
