import { aws, holdfastCluster, holdfastWorkerPool, roleTag } from "../../../policies/model/types";
import { forTypes, resource } from "../fixtures";
import type { Case, Cases } from "../fixtures";

const types = [aws.instance, aws.launchTemplate];
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const userData = (type: string, text: string) =>
  resource(type, { userData: type === aws.launchTemplate ? base64(text) : text });
const options = (type: string, metadataOptions: object) => resource(type, { metadataOptions });
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
    ...forTypes(types, (type) => [
      options(type, { httpTokens: "required" }),
      options(type, { httpTokens: "optional" }),
      /httpTokens is optional/,
    ]),
    ...forTypes(types, (type) => [
      options(type, { httpEndpoint: "disabled" }),
      resource(type),
      /httpTokens is missing/,
    ]),
  ],
  "imds-hop-limit": forTypes(types, (type) => [
    options(type, { httpPutResponseHopLimit: 1 }),
    options(type, { httpPutResponseHopLimit: 2 }),
    /httpPutResponseHopLimit is 2/,
  ]),
  "no-secrets-in-user-data": [
    ...forTypes(types, (type) => [
      userData(type, "#!/bin/sh\nTOKEN=$(cat /run/token)\npassword: ${PASSWORD}\n"),
      userData(type, "#!/bin/sh\nDB_PASSWORD=correcthorsebattery\n"),
      /a password, key or token/,
    ]),
    ...secrets.map(([text, message]): Case => [
      resource(aws.instance),
      resource(aws.instance, { userDataBase64: base64(text) }),
      message,
    ]),
  ],
  "user-data-size": forTypes(types, (type) => [
    userData(type, "#".repeat(16384)),
    userData(type, "#".repeat(16385)),
    /16385 bytes/,
  ]),
  "machine-images-by-id": [
    [
      resource(aws.launchTemplate, { imageId: "ami-0123456789abcdef0" }),
      resource(aws.launchTemplate, { imageId: "resolve:ssm:/images/node" }),
      /imageId is resolve:ssm:\/images\/node/,
    ],
  ],
  "node-age": [
    [
      [
        resource(aws.autoscalingGroup, { ...groupTags("worker"), maxInstanceLifetime: 365 * 86_400 }),
        resource(aws.autoscalingGroup, { ...groupTags("worker"), maxInstanceLifetime: 0 }),
        resource(aws.autoscalingGroup, { ...groupTags("etcd"), maxInstanceLifetime: 366 * 86_400 }),
      ],
      resource(aws.autoscalingGroup, { ...groupTags("worker"), maxInstanceLifetime: 366 * 86_400 }),
      /31622400 seconds, more than 365 days/,
    ],
  ],
  "no-ssh-keys": forTypes(types, (type) => [resource(type), resource(type, { keyName: "ops" }), /keyName is set/]),
  "detailed-monitoring": [
    [resource(aws.instance, { monitoring: true }), resource(aws.instance), /monitoring is off/],
    [
      resource(aws.launchTemplate, { monitoring: { enabled: true } }),
      resource(aws.launchTemplate, { monitoring: { enabled: false } }),
      /monitoring is off/,
    ],
  ],
  "no-spot-control-plane": [
    [
      resource(aws.autoscalingGroup, { ...groupTags("control-plane"), ...mixed(100) }),
      resource(aws.autoscalingGroup, { ...groupTags("control-plane"), ...mixed(0) }),
      /100 % of the control-plane instances/,
    ],
    [
      resource(aws.autoscalingGroup, { ...groupTags("worker"), ...mixed(0) }),
      resource(aws.autoscalingGroup, { ...groupTags("etcd"), ...mixed(50, 1) }),
      /50 % of the etcd instances/,
    ],
    [
      resource(aws.launchTemplate, { ...instanceTags("worker"), ...spot }),
      resource(aws.launchTemplate, { ...instanceTags("etcd"), ...spot }),
      /etcd instance is a spot instance/,
    ],
    [
      resource(aws.instance, { tags: { [roleTag]: "control-plane" } }),
      resource(aws.instance, { tags: { [roleTag]: "control-plane" }, ...spot }),
      /control-plane instance is a spot instance/,
    ],
  ],
  "kubernetes-version-supported": [
    [
      resource(holdfastCluster, { kubernetesVersion: "1.36.3" }),
      resource(holdfastCluster, { kubernetesVersion: "1.29.4" }),
      /Kubernetes 1\.29\.4 is older than 1\.35.*setting: kubernetesVersion/,
    ],
    [
      resource(holdfastWorkerPool, { kubernetesVersion: "1.35.8" }),
      resource(holdfastWorkerPool, { kubernetesVersion: "1.34.2" }),
      /Kubernetes 1\.34\.2 is older than 1\.35/,
    ],
    [resource(aws.eksCluster, { version: "1.35" }), resource(aws.eksCluster), /version is missing/],
    [
      resource(aws.eksNodeGroup),
      resource(aws.eksNodeGroup, { version: "newest" }),
      /'newest' is not a Kubernetes version/,
    ],
  ],
  "kubernetes-version-skew": [
    [
      [
        resource(aws.eksNodeGroup, { version: "1.34" }, { of: { clusterName: ["Cluster"] } }),
        resource(aws.eksCluster, { version: "1.35" }),
      ],
      [
        resource(aws.eksNodeGroup, { version: "1.36" }, { of: { clusterName: ["Cluster"] } }),
        resource(aws.eksCluster, { version: "1.35" }),
      ],
      /1\.36 are newer than the control plane at 1\.35/,
    ],
    [
      [
        resource(aws.eksNodeGroup, { version: "1.32", clusterName: "main" }),
        resource(aws.eksCluster, { version: "1.35", name: "main" }),
      ],
      [
        resource(aws.eksNodeGroup, { version: "1.31", clusterName: "main" }),
        resource(aws.eksCluster, { version: "1.35", name: "main" }),
      ],
      /1\.31 are too old for a control plane at 1\.35/,
    ],
  ],
};
