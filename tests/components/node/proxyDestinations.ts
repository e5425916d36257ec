/** Destinations of machines and add-ons behind a proxy, for the programs that judge the variables. */
import type { ClusterSpec } from "../../../components/clusterSpec";
import { specOf } from "../../specs";

export interface ProxiedCluster {
  readonly title: string;
  readonly spec: ClusterSpec;
  readonly through: readonly string[];
  readonly direct: readonly string[];
}

const proxy = { http: "http://proxy.example.com:3128" };
const subnets = Object.fromEntries(
  ["a", "b", "c"].map((letter, index) => [`eu-central-1${letter}`, `subnet-0123456789abcdef${index}`]),
);

/** Those of every cluster. */
const ownDirect = [
  "http://localhost:10248/healthz",
  "http://127.0.0.1:2381/health",
  "https://127.0.0.1:6443/readyz",
  "http://127.8.9.10/",
  "https://0.0.0.0:2379/",
  "http://169.254.169.254/latest/api/token",
  "https://10.244.3.4:10250/metrics",
  "https://10.96.0.1/api",
  "https://metrics-server.kube-system.svc/apis",
  "https://gate.policy.svc.cluster.local:8443/",
  "https://ip-10-0-1-2.eu-central-1.compute.internal:10250/",
];
const ownThrough = [
  "https://registry.k8s.io/v2/",
  "https://dl.k8s.io/release/v1.36.3/bin/linux/amd64/kubelet",
  "https://public.ecr.aws/v2/",
  "http://deb.debian.org/debian/dists/stable/InRelease",
  "https://login.example.com/.well-known/openid-configuration",
  "https://203.0.113.7:8443/",
  "https://10.200.0.1/",
  "https://s3.us-east-1.amazonaws.com/bucket/key",
];
const services = ["autoscaling", "ec2", "ec2messages", "api.ecr", "123456789012.dkr.ecr", "elasticloadbalancing"]
  .concat(["kms", "logs", "monitoring", "sqs", "ssm", "ssmmessages", "sts"])
  .map((service) => `https://${service}.eu-central-1.amazonaws.com/`)
  .concat("https://route53.amazonaws.com/2013-04-01/hostedzone/Z1/rrset");
const s3 = [
  "https://s3.eu-central-1.amazonaws.com/",
  "https://blue-bundle-1a2b3c4.s3.eu-central-1.amazonaws.com/bundle/0.tar.gz",
  "https://al2023-repos-eu-central-1.s3.dualstack.eu-central-1.amazonaws.com/core/mirrors",
];

export const proxiedClusters: readonly ProxiedCluster[] = [
  {
    title: "a VPC of the stack",
    spec: specOf({ name: "blue", nodes: { proxy } }),
    direct: [
      ...ownDirect,
      ...s3,
      "https://10.0.3.4:6443/readyz",
      "https://api.blue.holdfast.internal:6443/api",
      "https://etcd-a.blue.holdfast.internal:2379/",
    ],
    through: [...ownThrough, ...services],
  },
  {
    title: "interface endpoints, and destinations in the settings",
    spec: specOf({
      name: "blue",
      domain: "blue.example.org",
      network: { nat: "none", interfaceEndpoints: true },
      nodes: { proxy: { ...proxy, noProxy: [".corp.example", "mirror.example.net", "10.40.0.0/16", "192.0.2.1"] } },
    }),
    direct: [
      ...ownDirect,
      ...s3,
      ...services,
      "https://api.blue.example.org:6443/api",
      "https://corp.example/",
      "https://a.b.corp.example/",
      "https://mirror.example.net/v2/",
      "https://10.40.2.3:5432/",
      "https://192.0.2.1/",
    ],
    through: [
      ...ownThrough,
      "https://example.org/",
      "https://othercorp.example/",
      "https://192.0.2.2/",
      "https://ec2.us-east-1.amazonaws.com/",
    ],
  },
  {
    title: "an existing VPC",
    spec: specOf({
      name: "blue",
      network: {
        vpc: {
          source: "existing",
          id: "vpc-0123456789abcdef0",
          cidr: "10.5.0.0/16",
          secondaryCidrs: ["100.64.0.0/16"],
          privateSubnets: subnets,
        },
      },
      nodes: { proxy },
    }),
    direct: [...ownDirect, "https://10.5.3.4:10250/", "https://100.64.7.8:6443/"],
    through: [...ownThrough, ...s3, ...services, "https://10.0.3.4/", "https://100.65.7.8/"],
  },
];
