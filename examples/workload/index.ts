/**
 * A cluster, and a web service on it: two replicas behind a network load balancer, which read one S3 bucket with an IAM role.
 * The pods meet the Pod Security Standard `restricted`, and the program the policies of production.
 */
import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Cluster } from "holdfast";

const config = new pulumi.Config();
const region = new pulumi.Config("aws").require("region");
const clients = config.requireObject<string[]>("clients");
const bucket = config.require("bucket");

const namespace = "shop";
const name = "web";
const port = 8080;
const tags = { owner: "shop", environment: pulumi.getStack(), "cost-center": "4713" };

const cluster = new Cluster("shop", {
  region,
  settings: {
    kubernetesVersion: "1.36.4",
    tags,
    api: {
      // The machine that runs `pulumi up` must reach the API, to create the objects below.
      public: {
        name: config.require("apiName"),
        hostedZoneId: config.require("hostedZoneId"),
        allowedCidrs: config.requireObject<string[]>("administrators"),
      },
    },
    workers: { general: { instanceTypes: ["m7i.large", "m6i.large"], min: 2, max: 10 } },
    // A namespace with quota, limits, Pod Security and network policies.
    tenants: {
      [namespace]: {
        description: "Web shop.",
        quota: {
          compute: { requests: { cpu: 4, memory: "8Gi" }, limits: { memory: "12Gi" } },
          objects: { pods: 20, loadBalancers: 1 },
        },
        network: {
          // AWS STS and S3.
          egress: [{ cidr: "0.0.0.0/0", ports: [443] }],
          ingress: clients.map((cidr) => ({ cidr, ports: [port] })),
        },
      },
    },
  },
});

const { apiUrl, publicApiUrl = apiUrl } = cluster;

/** Administrator's kubeconfig for the public address; a secret. */
export const kubeconfig = cluster.kubeconfig.apply((text) => text.replace(apiUrl, publicApiUrl));

const kubernetes = new k8s.Provider(
  "shop-kubernetes",
  // Identifies the cluster independently of the kubeconfig, whose certificate `pulumi up` renews.
  { kubeconfig, clusterIdentifier: "shop" },
  // The provider connects when it is created: after the API is ready.
  { dependsOn: [cluster] },
);
/** Objects are created after the add-ons and the namespace, and deleted before them. */
const inCluster = { provider: kubernetes, dependsOn: [cluster] };

/** Identity of the pods: for AWS through the role below, and without access to the Kubernetes API. */
const serviceAccount = new k8s.core.v1.ServiceAccount(
  name,
  { metadata: { name, namespace }, automountServiceAccountToken: false },
  inCluster,
);

const role = new aws.iam.Role(`${namespace}-${name}`, {
  description: `ServiceAccount ${namespace}/${name} of Kubernetes cluster shop`,
  assumeRolePolicy: pulumi
    .all([cluster.serviceAccountProviderArn, cluster.serviceAccountIssuer])
    .apply(([providerArn, issuer]) => JSON.stringify(trustPolicy(providerArn, issuer.replace("https://", "")))),
  tags,
});

const readBucket = new aws.iam.RolePolicy(`${namespace}-${name}-bucket`, {
  role: role.name,
  policy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Sid: "ReadImages", Effect: "Allow", Action: ["s3:GetObject"], Resource: [`arn:aws:s3:::${bucket}/*`] },
    ],
  }),
});

/** Trust policy: only tokens of this ServiceAccount (`sub`), and only those issued for AWS (`aud`). */
function trustPolicy(providerArn: string, issuer: string): object {
  const subject = `system:serviceaccount:${namespace}:${name}`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AssumeByServiceAccount",
        Effect: "Allow",
        Principal: { Federated: providerArn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: { StringEquals: { [`${issuer}:sub`]: subject, [`${issuer}:aud`]: "sts.amazonaws.com" } },
      },
    ],
  };
}

const labels = { "app.kubernetes.io/name": name };
const tokenFolder = "/var/run/secrets/sts.amazonaws.com/serviceaccount";

new k8s.apps.v1.Deployment(
  name,
  {
    metadata: { name, namespace, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: serviceAccount.metadata.name,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 10001,
            runAsGroup: 10001,
            seccompProfile: { type: "RuntimeDefault" },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "DoNotSchedule",
              labelSelector: { matchLabels: labels },
              // Pods of the former version do not count during a rollout, and control-plane nodes never count.
              matchLabelKeys: ["pod-template-hash"],
              nodeTaintsPolicy: "Honor",
            },
            {
              maxSkew: 1,
              topologyKey: "topology.kubernetes.io/zone",
              // Not DoNotSchedule: after the loss of a zone, both replicas may run in one.
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: labels },
              matchLabelKeys: ["pod-template-hash"],
            },
          ],
          // Longer than preStop and the longest request.
          terminationGracePeriodSeconds: 60,
          containers: [
            {
              name,
              image: config.require("image"),
              ports: [{ name: "http", containerPort: port }],
              env: [
                { name: "BUCKET", value: bucket },
                // AWS SDKs read these; no webhook adds them.
                { name: "AWS_ROLE_ARN", value: role.arn },
                { name: "AWS_WEB_IDENTITY_TOKEN_FILE", value: `${tokenFolder}/token` },
                { name: "AWS_REGION", value: region },
                { name: "AWS_STS_REGIONAL_ENDPOINTS", value: "regional" },
              ],
              resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "256Mi" } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              readinessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 5 },
              livenessProbe: { httpGet: { path: "/healthz", port: "http" }, initialDelaySeconds: 10 },
              // The load balancer still sends requests until its health checks fail.
              lifecycle: { preStop: { sleep: { seconds: 30 } } },
              volumeMounts: [
                { name: "aws-token", mountPath: tokenFolder, readOnly: true },
                { name: "temporary", mountPath: "/tmp" },
              ],
            },
          ],
          volumes: [
            {
              name: "aws-token",
              projected: {
                sources: [
                  { serviceAccountToken: { audience: "sts.amazonaws.com", expirationSeconds: 3600, path: "token" } },
                ],
              },
            },
            { name: "temporary", emptyDir: { sizeLimit: "256Mi" } },
          ],
        },
      },
    },
  },
  // Without its policy, the first calls of the pods would fail.
  { ...inCluster, dependsOn: [cluster, readBucket] },
);

new k8s.policy.v1.PodDisruptionBudget(
  name,
  { metadata: { name, namespace }, spec: { maxUnavailable: 1, selector: { matchLabels: labels } } },
  inCluster,
);

const service = new k8s.core.v1.Service(
  name,
  {
    metadata: {
      name,
      namespace,
      // Annotations of the AWS cloud controller; those of the AWS Load Balancer Controller differ.
      annotations: {
        // Without this, the controller creates a classic load balancer.
        "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
        // Two pods are in at most two zones; clients connect to the addresses of all.
        "service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-enabled": "true",
        "service.beta.kubernetes.io/aws-load-balancer-ssl-cert": config.require("certificateArn"),
        "service.beta.kubernetes.io/aws-load-balancer-ssl-negotiation-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "service.beta.kubernetes.io/aws-load-balancer-ssl-ports": "443",
      },
    },
    spec: {
      type: "LoadBalancer",
      // Keeps the addresses of the clients, which the tenant's network policy compares with `ingress`.
      externalTrafficPolicy: "Local",
      loadBalancerSourceRanges: clients,
      selector: labels,
      ports: [{ name: "https", port: 443, targetPort: "http" }],
    },
  },
  inCluster,
);

/** DNS name of the load balancer: the target of the record for the certificate's name. */
export const loadBalancer = service.status.apply((status) => status?.loadBalancer?.ingress?.[0]?.hostname);
