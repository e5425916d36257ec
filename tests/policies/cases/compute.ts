import { aws, holdfastCluster, roleTag } from "../../../policies/model/types";
import { each, on } from "../scene";
import type { Cases } from "../scene";

const machines = [aws.instance, aws.launchTemplate];
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const userData = (type: string, text: string) =>
  on(type, { userData: type === aws.launchTemplate ? base64(text) : text });
const options = (type: string, metadataOptions: object) => on(type, { metadataOptions });
const instanceTags = (role: string) => ({
  tagSpecifications: [{ resourceType: "instance", tags: { [roleTag]: role } }],
});
const groupTags = (role: string) => ({ tags: [{ key: roleTag, value: role, propagateAtLaunch: true }] });
const spot = { instanceMarketOptions: { marketType: "spot" } };
const mixed = (percentage: number, base = 0) => ({
  maxSize: 3,
  mixedInstancesPolicy: {
    instancesDistribution: { onDemandBaseCapacity: base, onDemandPercentageAboveBaseCapacity: percentage },
  },
});

const secrets: readonly (readonly [string, RegExp])[] = [
  ["-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE", /a private key/],
  [`export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE`, /an AWS access key/],
  ["kubeadm join --token abcdef.0123456789abcdef", /a bootstrap token/],
  ["psql postgres://app:hunter22@db.internal/app", /a password in a URL/],
  ["DB_PASSWORD=correcthorsebattery", /a password, key or token/],
  ['{"apiKey": "9f8e7d6c5b4a3210"}', /a password, key or token/],
];

export const computeCases: Cases = {
  "imds-v2-required": [
    ...each(machines, (type) => ({
      passes: [options(type, { httpTokens: "required" })],
      fails: [options(type, { httpTokens: "optional" })],
      says: /httpTokens is optional/,
    })),
    ...each(machines, (type) => ({
      passes: [options(type, { httpEndpoint: "disabled" })],
      fails: [on(type, {})],
      says: /httpTokens is missing/,
    })),
  ],
  "imds-hop-limit": each(machines, (type) => ({
    passes: [options(type, { httpPutResponseHopLimit: 1 })],
    fails: [options(type, { httpPutResponseHopLimit: 2 })],
    says: /httpPutResponseHopLimit is 2/,
  })),
  "no-secrets-in-user-data": [
    ...each(machines, (type) => ({
      passes: [userData(type, "#!/bin/sh\nTOKEN=$(cat /run/token)\npassword: ${PASSWORD}\n")],
      fails: [userData(type, "#!/bin/sh\nDB_PASSWORD=correcthorsebattery\n")],
      says: /a password, key or token/,
    })),
    ...secrets.map(([text, says]) => ({
      passes: [on(aws.instance, {})],
      fails: [on(aws.instance, { userDataBase64: base64(text) })],
      says,
    })),
  ],
  "user-data-fits": each(machines, (type) => ({
    passes: [userData(type, "#".repeat(16384))],
    fails: [userData(type, "#".repeat(16385))],
    says: /16385 bytes/,
  })),
  "no-ssh-keys": each(machines, (type) => ({
    passes: [on(type, {})],
    fails: [on(type, { keyName: "ops" })],
    says: /keyName is set/,
  })),
  "detailed-monitoring": [
    { passes: [on(aws.instance, { monitoring: true })], fails: [on(aws.instance, {})], says: /monitoring is off/ },
    {
      passes: [on(aws.launchTemplate, { monitoring: { enabled: true } })],
      fails: [on(aws.launchTemplate, { monitoring: { enabled: false } })],
      says: /monitoring is off/,
    },
  ],
  "no-spot-control-plane": [
    {
      passes: [on(aws.autoscalingGroup, { ...groupTags("control-plane"), ...mixed(100) })],
      fails: [on(aws.autoscalingGroup, { ...groupTags("control-plane"), ...mixed(0) })],
      says: /100 % of the control-plane group/,
    },
    {
      passes: [on(aws.autoscalingGroup, { ...groupTags("worker"), ...mixed(0) })],
      fails: [on(aws.autoscalingGroup, { ...groupTags("etcd"), ...mixed(50, 1) })],
      says: /50 % of the etcd group/,
    },
    {
      passes: [on(aws.launchTemplate, { ...instanceTags("worker"), ...spot })],
      fails: [on(aws.launchTemplate, { ...instanceTags("etcd"), ...spot })],
      says: /etcd machine is launched as spot/,
    },
    {
      passes: [on(aws.instance, { tags: { [roleTag]: "control-plane" } })],
      fails: [on(aws.instance, { tags: { [roleTag]: "control-plane" }, ...spot })],
      says: /control-plane machine is launched as spot/,
    },
  ],
  "kubernetes-version-supported": [
    {
      passes: [on(holdfastCluster, { kubernetesVersion: "1.36.3" })],
      fails: [on(holdfastCluster, { kubernetesVersion: "1.29.4" })],
      says: /Kubernetes 1\.29\.4 is older than 1\.34.*setting: kubernetesVersion/,
    },
    { passes: [on(aws.eksCluster, { version: "1.35" })], fails: [on(aws.eksCluster, {})], says: /version is missing/ },
    {
      passes: [on(aws.eksNodeGroup, {})],
      fails: [on(aws.eksNodeGroup, { version: "newest" })],
      says: /'newest' is no Kubernetes version/,
    },
  ],
  "kubernetes-versions-not-skewed": [
    {
      passes: [
        on(aws.eksNodeGroup, { version: "1.34" }, { of: { clusterName: ["Cluster"] } }),
        on(aws.eksCluster, { version: "1.35" }),
      ],
      fails: [
        on(aws.eksNodeGroup, { version: "1.36" }, { of: { clusterName: ["Cluster"] } }),
        on(aws.eksCluster, { version: "1.35" }),
      ],
      says: /1\.36 are newer than the control plane, 1\.35/,
    },
    {
      passes: [
        on(aws.eksNodeGroup, { version: "1.32", clusterName: "main" }),
        on(aws.eksCluster, { version: "1.35", name: "main" }),
      ],
      fails: [
        on(aws.eksNodeGroup, { version: "1.31", clusterName: "main" }),
        on(aws.eksCluster, { version: "1.35", name: "main" }),
      ],
      says: /1\.31 are too old for 1\.35/,
    },
  ],
};
