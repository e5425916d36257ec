import type { BadInput } from "./settingsSupport";
import { cluster, expectProblems } from "./settingsSupport";

/** Settings that are wrong each by itself. */
const badInputs: readonly BadInput[] = [
  ["no cluster", { "aws:region": "eu-central-1" }, ["cluster.name", /missing.*text/]],
  ["a cluster that is no mapping", { "aws:region": "eu-central-1", cluster: [] }, ["cluster", /must be a mapping/]],
  ["a cluster that is not JSON", { "aws:region": "eu-central-1", cluster: "{" }, ["cluster", /must be a mapping/]],
  [
    "a cluster that is null",
    { "aws:region": "eu-central-1", cluster: null },
    ["cluster", /must be a mapping; write \{\}/],
  ],
  ["no region", { cluster: { name: "test" } }, ["aws:region", /missing; write the AWS region/]],
  ["a region that is a number", { "aws:region": 3, cluster: { name: "test" } }, ["aws:region", /must be a text/]],
  ["a misspelt region", cluster({}, "eu-centrl-1"), ["aws:region", /did you mean eu-central-1\?/]],
  ["an unknown region", cluster({}, "moon-base-alpha-1"), ["aws:region", /unknown region; write one such as/]],
  ["a misspelt project key", { ...cluster(), "holdfast:clutser": {} }, ["clutser", /did you mean cluster\?/]],
  ["a foreign project key", { ...cluster(), replicas: 3 }, ["replicas", /all settings are below cluster/]],
  [
    "a misspelled namespace",
    { "aws:region": "eu-central-1", "holdfsat:cluster": { name: "test" } },
    ["holdfsat:cluster", /^unknown namespace; did you mean holdfast:cluster\?$/],
    ["cluster.name", /missing/],
  ],
  [
    "a setting that was set without --path",
    { ...cluster(), "holdfast:cluster.scale": "medium" },
    ["cluster.scale", /^nested settings need --path; run pulumi config set --path 'cluster\.scale' /],
  ],
  [
    "another tool's word for the version",
    cluster({ k8sVersion: "1.36.3" }),
    ["cluster.k8sVersion", /did you mean cluster\.kubernetesVersion\?/],
  ],
  [
    "another tool's word for a pool's size",
    cluster({ "workers.general.minSize": 1 }),
    ["cluster.workers.general.minSize", /did you mean cluster\.workers\.general\.min\?/],
  ],
  [
    "another tool's word for NAT gateways",
    cluster({ "network.natGateways": 1 }),
    ["cluster.network.natGateways", /did you mean cluster\.network\.nat\?/],
  ],
  [
    "another tool's word for worker pools",
    cluster({ nodeGroups: {} }),
    ["cluster.nodeGroups", /did you mean cluster\.workers\?/],
  ],
  [
    "another tool's word for zones",
    cluster({ availabilityZones: ["a"] }),
    ["cluster.availabilityZones", /did you mean cluster\.network\.zones\?/],
  ],
  ["an unknown key", cluster({ netwrok: {} }), ["cluster.netwrok", /did you mean cluster\.network\?/]],
  [
    "an unknown key deep down",
    cluster({ "workers.general.rootVolume.sizeGB": 9 }),
    ["cluster.workers.general.rootVolume.sizeGB", /did you mean cluster\.workers\.general\.rootVolume\.sizeGiB\?/],
  ],
  [
    "a key that resembles nothing",
    cluster({ "pki.rsa": true }),
    ["cluster.pki.rsa", /choose from authorityYears, adminHours/],
  ],
  [
    "a key that would be a prototype",
    JSON.parse(
      '{"aws:region":"eu-central-1","cluster":{"name":"test","workers":{"general":{},"__proto__":{}}}}',
    ) as Record<string, unknown>,
    ["cluster.workers.__proto__", /invalid name; choose another/],
  ],
  ["a name in upper case", cluster({ name: "Prod" }), ["cluster.name", /lower-case letters/]],
  ["a name that begins with a digit", cluster({ name: "1prod" }), ["cluster.name", /beginning with a letter/]],
  [
    "a name too long for a load balancer",
    cluster({ name: "production-europe-west" }),
    ["cluster.name", /22 characters; write at most 20/],
  ],
  ["a name that is a number", cluster({ name: 7 }), ["cluster.name", /must be a text; write it in quotes/]],
  ["a domain without a dot", cluster({ domain: "internal" }), ["cluster.domain", /at least one dot/]],
  ["a domain with an underscore", cluster({ domain: "my_cluster.internal" }), ["cluster.domain", /DNS name/]],
  [
    "a version with v",
    cluster({ kubernetesVersion: "v1.36.3" }),
    ["cluster.kubernetesVersion", /write 1\.36\.3, without v/],
  ],
  [
    "a minor version that YAML reads as a number",
    cluster({ kubernetesVersion: 1.36 }),
    ["cluster.kubernetesVersion", /in quotes/],
  ],
  ["a quoted boolean", cluster({ protect: "false" }), ["cluster.protect", /true or false; write it without quotes/]],
  [
    "a quoted number",
    cluster({ "workers.general.max": "40" }),
    ["cluster.workers.general.max", /whole number; write 40 without quotes/],
  ],
  ["a fraction", cluster({ "workers.general.max": 2.5 }), ["cluster.workers.general.max", /must be a whole number/]],
  ["a negative size", cluster({ "workers.general.min": -1 }), ["cluster.workers.general.min", /at least 0/]],
  [
    "a pool that is null",
    cluster({ "workers.general": null }),
    ["cluster.workers.general", /write \{\} for the defaults/],
  ],
  ["pools as a list", cluster({ workers: [{ name: "general" }] }), ["cluster.workers", /must be a mapping/]],
  [
    "a pool's name that is no label",
    cluster({ workers: { General: {} } }),
    ["cluster.workers.General", /lower-case letters/],
  ],
  [
    "a pool's name too long for a role",
    cluster({ workers: { ["p".repeat(29)]: {} } }),
    [`cluster.workers.${"p".repeat(29)}`, /at most 28/],
  ],
  ["zones as a text", cluster({ "network.zones": "a" }), ["cluster.network.zones", /must be a list; write \["a"\]/]],
  ["no zones", cluster({ "network.zones": [] }), ["cluster.network.zones", /must not be empty/]],
  [
    "a zone that is a number",
    cluster({ "network.zones": ["a", "1"], protect: false }),
    ["cluster.network.zones[1]", /letter \(a\) or full name/],
  ],
  [
    "a range without a prefix",
    cluster({ "network.vpc.cidr": "10.0.0.0" }),
    ["cluster.network.vpc.cidr", /10\.0\.0\.0\/16/],
  ],
  [
    "a range with host bits",
    cluster({ "network.podCidr": "10.244.3.0/16" }),
    ["cluster.network.podCidr", /write 10\.244\.0\.0\/16/],
  ],
  [
    "an octet over 255",
    cluster({ "network.serviceCidr": "10.256.0.0/16" }),
    ["cluster.network.serviceCidr", /IPv4 range/],
  ],
  ["an IPv6 range", cluster({ "network.podCidr": "fd00::/64" }), ["cluster.network.podCidr", /IPv6 is not supported/]],
  ["a misspelt choice", cluster({ "network.nat": "perzone" }), ["cluster.network.nat", /did you mean perZone\?/]],
  [
    "a retention that CloudWatch refuses",
    cluster({ "network.flowLogs.retentionDays": 31 }),
    ["cluster.network.flowLogs.retentionDays", /one of 1, 3, 5/],
  ],
  [
    "an unknown source of the VPC",
    cluster({ "network.vpc.source": "existin" }),
    ["cluster.network.vpc.source", /did you mean existing\?/],
  ],
  [
    "an existing VPC without its id",
    cluster({ "network.vpc": { source: "existing", cidr: "10.0.0.0/16" } }),
    ["cluster.network.vpc.id", /missing; write/],
  ],
  [
    "a VPC id for a VPC to be created",
    cluster({ "network.vpc.id": "vpc-0123456789abcdef0" }),
    ["cluster.network.vpc.id", /only valid with source: existing/],
  ],
  [
    "external etcd's settings on stacked etcd",
    cluster({ "etcd.members": 3 }),
    ["cluster.etcd.members", /only valid with topology: external/],
  ],
  [
    "an even number of members",
    cluster({ "controlPlane.members": 4 }),
    ["cluster.controlPlane.members", /1, 3 or 5; an even number/],
  ],
  [
    "a quoted number of members",
    cluster({ "controlPlane.members": "3" }),
    ["cluster.controlPlane.members", /write 3 without quotes/],
  ],
  [
    "a misspelt instance type",
    cluster({ "controlPlane.instanceType": "t3.mdium" }),
    ["cluster.controlPlane.instanceType", /did you mean t3\.medium\?/],
  ],
  [
    "a Mac",
    cluster({ "controlPlane.instanceType": "mac2.metal" }),
    ["cluster.controlPlane.instanceType", /Mac instances run no Linux/],
  ],
  [
    "an instance type without size",
    cluster({ "workers.general.instanceTypes": ["m6i"] }),
    ["cluster.workers.general.instanceTypes[0]", /<family>\.<size>/],
  ],
  ["a disk below its least", cluster({ "etcd.volume.sizeGiB": 5 }), ["cluster.etcd.volume.sizeGiB", /at least 10/]],
  [
    "IOPS beyond gp3",
    cluster({ "etcd.volume": { sizeGiB: 100, iops: 20000 } }),
    ["cluster.etcd.volume.iops", /at most 16000/],
  ],
  [
    "throughput beyond gp3",
    cluster({ "controlPlane.rootVolume.throughputMiBps": 2000 }),
    ["cluster.controlPlane.rootVolume.throughputMiBps", /at most 1000/],
  ],
  [
    "an SSM parameter without resolve",
    cluster({ "nodes.images.amd64": "/my/images/node" }),
    ["cluster.nodes.images.amd64", /resolve:ssm:\/my\/images\/node/],
  ],
  [
    "a malformed AMI id",
    cluster({ "nodes.images.amd64": "ami-123" }),
    ["cluster.nodes.images.amd64", /8 or 17 hexadecimal digits/],
  ],
  ["a root device without /dev", cluster({ "nodes.rootDevice": "xvda" }), ["cluster.nodes.rootDevice", /\/dev\/xvda/]],
  [
    "a mirror over ftp",
    cluster({ "nodes.assets.baseUrl": "ftp://mirror.example.com" }),
    ["cluster.nodes.assets.baseUrl", /https:\/\/ or http:\/\//],
  ],
  [
    "a mirror with a password",
    cluster({ "nodes.assets.baseUrl": "https://me:secret@mirror.example.com" }),
    ["cluster.nodes.assets.baseUrl", /user name or password/],
  ],
  [
    "a mirror with a slash at its end",
    cluster({ "nodes.assets.baseUrl": "https://mirror.example.com/" }),
    ["cluster.nodes.assets.baseUrl", /write https:\/\/mirror\.example\.com$/],
  ],
  [
    "a short checksum",
    cluster({ '["nodes","assets","sha256","runc/v1.4.3/runc.amd64"]': "abc" }),
    ['cluster.nodes.assets.sha256["runc/v1.4.3/runc.amd64"]', /64 lower-case hexadecimal/],
  ],
  [
    "a registry with a scheme",
    cluster({ '["nodes","registryMirrors","https://docker.io"]': "https://mirror.example.com" }),
    ['cluster.nodes.registryMirrors["https://docker.io"]', /registry's host/],
  ],
  [
    "a registry mirror without a scheme",
    cluster({ '["nodes","registryMirrors","docker.io"]': "mirror.example.com" }),
    ['cluster.nodes.registryMirrors["docker.io"]', /https:\/\//],
  ],
  ["an authority for a century", cluster({ "pki.authorityYears": 100 }), ["cluster.pki.authorityYears", /at most 30/]],
  [
    "a tag that IAM takes for Name",
    cluster({ "tags.name": "x" }),
    ["cluster.tags.name", /differs from Name only by case/],
  ],
  [
    "tags that IAM takes for one",
    cluster({ tags: { Team: "a", team: "b" } }),
    ["cluster.tags.team", /differs from Team only by case/],
  ],
  ["a tag of AWS", cluster({ "tags.aws:team": "x" }), ["cluster.tags.aws:team", /reserved prefix aws:/]],
  [
    "a tag's value of 257 characters",
    cluster({ "tags.note": "x".repeat(257) }),
    ["cluster.tags.note", /257 characters; write at most 256/],
  ],
  ["a tag's value with a bracket", cluster({ "tags.note": "<x>" }), ["cluster.tags.note", /letters, digits, spaces/]],
  [
    "a label that YAML reads as a fraction",
    cluster({ "workers.general.labels.release": 1.1 }),
    ["cluster.workers.general.labels.release", /in quotes/],
  ],
  [
    "a label's key with two slashes",
    cluster({ "workers.general.labels.a/b/c": "x" }),
    ["cluster.workers.general.labels.a/b/c", /Kubernetes key/],
  ],
  [
    "a label's value with a space",
    cluster({ "workers.general.labels.team": "a team" }),
    ["cluster.workers.general.labels.team", /at most 63 letters/],
  ],
  [
    "a taint without effect",
    cluster({ "workers.general.taints": [{ key: "a" }] }),
    ["cluster.workers.general.taints[0].effect", /NoSchedule, PreferNoSchedule, NoExecute/],
  ],
  [
    "a misspelt effect",
    cluster({ "workers.general.taints": [{ key: "a", effect: "NoSchedul" }] }),
    ["cluster.workers.general.taints[0].effect", /did you mean NoSchedule\?/],
  ],
  [
    "a pod limit beyond a /24",
    cluster({ "workers.general.maxPods": 300 }),
    ["cluster.workers.general.maxPods", /at most 250/],
  ],
  [
    "a public address without ranges",
    cluster({ "api.public": { name: "api.example.com", hostedZoneId: "Z0123456789ABC", allowedCidrs: [] } }),
    ["cluster.api.public.allowedCidrs", /must not be empty/],
  ],
  [
    "a public address without a zone",
    cluster({ "api.public": { name: "api.example.com", allowedCidrs: ["198.51.100.0/24"] } }),
    ["cluster.api.public.hostedZoneId", /missing; write/],
  ],
  [
    "a zone id with its path",
    cluster({
      "api.public": { name: "api.example.com", hostedZoneId: "/hostedzone/Z1", allowedCidrs: ["198.51.100.0/24"] },
    }),
    ["cluster.api.public.hostedZoneId", /zone's id/],
  ],
  [
    "a certificate name with a port",
    cluster({ "api.certificateSans": ["api.example.com:6443"] }),
    ["cluster.api.certificateSans[0]", /IP address or a DNS name/],
  ],
];

test.each(badInputs.map((input) => ({ what: input[0], input })))(
  "$what is a problem that says what to write",
  ({ input }) => {
    expectProblems(input);
  },
);
