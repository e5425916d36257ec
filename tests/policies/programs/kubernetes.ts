/** Faulty programs. */
import * as apps from "@pulumi/kubernetes/apps/v1";
import * as batch from "@pulumi/kubernetes/batch/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as rbac from "@pulumi/kubernetes/rbac/v1";

export function defaultDeployment(): void {
  new apps.Deployment("nginx", {
    spec: {
      selector: { matchLabels: { app: "nginx" } },
      template: { metadata: { labels: { app: "nginx" } }, spec: { containers: [{ name: "nginx", image: "nginx" }] } },
    },
  });
  new core.Service("nginx", { spec: { type: "LoadBalancer", selector: { app: "nginx" }, ports: [{ port: 80 }] } });
}

export function missingRedundancy(): void {
  new apps.Deployment("api", {
    metadata: { namespace: "shop" },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "api" } },
      template: {
        metadata: { labels: { app: "api" } },
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "api",
              image: "registry.example/api:1.4.2",
              resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "64Mi" } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
            },
          ],
        },
      },
    },
  });
}

export function privilegedAgent(): void {
  new apps.DaemonSet("agent", {
    metadata: { namespace: "monitoring" },
    spec: {
      selector: { matchLabels: { app: "agent" } },
      template: {
        metadata: { labels: { app: "agent" } },
        spec: {
          hostNetwork: true,
          hostPID: true,
          serviceAccountName: "agent",
          containers: [
            {
              name: "agent",
              image: "registry.example/agent:v3",
              ports: [{ containerPort: 9100, hostPort: 9100 }],
              resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
              securityContext: { privileged: true, capabilities: { add: ["SYS_ADMIN"] } },
              readinessProbe: { tcpSocket: { port: 9100 } },
              livenessProbe: { tcpSocket: { port: 9100 } },
            },
          ],
          volumes: [{ name: "root", hostPath: { path: "/" } }],
        },
      },
    },
  });
}

export function excessiveRoles(): void {
  new rbac.ClusterRoleBinding("developers", {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "Group", name: "developers", apiGroup: "rbac.authorization.k8s.io" }],
  });
  new rbac.RoleBinding("dashboard", {
    metadata: { namespace: "dashboard" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [{ kind: "User", name: "system:anonymous", apiGroup: "rbac.authorization.k8s.io" }],
  });
  new rbac.ClusterRole("operator", {
    rules: [
      { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
      { apiGroups: [""], resources: ["users"], verbs: ["impersonate"] },
    ],
  });
  new core.Secret("robot", {
    type: "kubernetes.io/service-account-token",
    metadata: { annotations: { "kubernetes.io/service-account.name": "robot" } },
  });
  new core.ServiceAccount("robot", { metadata: { namespace: "dashboard" } });
}

export function bareNamespace(): void {
  const namespace = new core.Namespace("shop", { metadata: { name: "shop" } });
  new core.ResourceQuota("shop", { metadata: { namespace: namespace.metadata.name }, spec: { hard: { pods: "100" } } });
}

export function nightlyJob(): void {
  new batch.CronJob("report", {
    metadata: { namespace: "shop" },
    spec: {
      schedule: "0 3 * * *",
      jobTemplate: {
        spec: {
          template: {
            spec: {
              restartPolicy: "Never",
              automountServiceAccountToken: false,
              securityContext: { runAsUser: 0, seccompProfile: { type: "RuntimeDefault" } },
              containers: [
                {
                  name: "report",
                  image: "registry.example/report:latest",
                  resources: { requests: { cpu: "1", memory: "1Gi" } },
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"] },
                  },
                },
              ],
            },
          },
        },
      },
    },
  });
}
