import type { BadInput } from "./settingsSupport";
import { cluster, expectProblems } from "./settingsSupport";

const existingVpc = {
  "network.vpc.source": "existing",
  "network.vpc.id": "vpc-0123456789abcdef0",
  "network.vpc.cidr": "10.0.0.0/16",
  "network.vpc.privateSubnets": {
    "eu-central-1a": "subnet-0123456789abcdef0",
    "eu-central-1b": "subnet-0123456789abcdef1",
    "eu-central-1c": "subnet-0123456789abcdef2",
  },
};
const publicApi = { name: "api.example.com", hostedZoneId: "Z0123456789ABC", allowedCidrs: ["198.51.100.0/24"] };
const sum = "0".repeat(64);
const general = "cluster.workers.general";

/** Ranges, zones, names, tags and versions that are right each by itself, and cannot be together. */
const badInputs: readonly BadInput[] = [
  // Ranges
  [
    "a VPC of /12",
    cluster({ "network.vpc.cidr": "10.0.0.0/12" }),
    ["cluster.network.vpc.cidr", /range of \/16 to \/24/],
  ],
  [
    "a VPC of public addresses",
    cluster({ "network.vpc.cidr": "198.51.0.0/16" }),
    ["cluster.network.vpc.cidr", /not private/],
  ],
  [
    "pods with public addresses",
    cluster({ "network.podCidr": "44.0.0.0/16" }),
    ["cluster.network.podCidr", /not private; write a range in 10/],
  ],
  [
    "pods in the VPC",
    cluster({ "network.podCidr": "10.0.0.0/16" }),
    ["cluster.network.podCidr", /overlaps the range of the VPC \(10\.0\.0\.0\/16\)/],
  ],
  [
    "services among pods",
    cluster({ "network.serviceCidr": "10.244.128.0/20" }),
    ["cluster.network.serviceCidr", /overlaps the range of pods/],
  ],
  [
    "services in the VPC's default",
    cluster({ "network.serviceCidr": "10.0.64.0/20" }),
    ["cluster.network.serviceCidr", /overlaps the range of the VPC/],
  ],
  [
    "services of /25",
    cluster({ "network.serviceCidr": "10.96.0.0/25" }),
    ["cluster.network.serviceCidr", /\/12 to \/24/],
  ],
  ["pods of /26", cluster({ "network.podCidr": "10.244.0.0/26" }), ["cluster.network.podCidr", /\/8 to \/20/]],
  [
    "more nodes than pod ranges",
    cluster({ "workers.general.max": 300 }),
    ["cluster.network.podCidr", /room for 256 nodes.*303; write a \/15/],
  ],
  [
    "more machines than addresses",
    cluster({ "network.vpc.cidr": "10.0.0.0/24", "workers.general.max": 30 }),
    ["cluster.network.vpc.cidr", /11 addresses.*may need 19; write a \/23/],
  ],
  [
    "an allowed range in the VPC",
    cluster({ "api.allowedCidrs": ["10.0.3.0/24"] }),
    ["cluster.api.allowedCidrs[0]", /in the VPC.*remove it/],
  ],
  [
    "an allowed range among pods",
    cluster({ "api.allowedCidrs": ["192.168.0.0/16", "10.244.8.0/24"] }),
    ["cluster.api.allowedCidrs[1]", /answers would not come back/],
  ],
  [
    "everybody at the internal address",
    cluster({ "api.allowedCidrs": ["0.0.0.0/0"] }),
    ["cluster.api.allowedCidrs[0]", /use api\.public/],
  ],
  [
    "an allowed range twice",
    cluster({ "api.allowedCidrs": ["192.168.0.0/16", "192.168.0.0/16"] }),
    ["cluster.api.allowedCidrs[1]", /duplicate/],
  ],
  [
    "more ranges than rules",
    cluster({ "api.allowedCidrs": Array.from({ length: 41 }, (_, index) => `192.168.${index}.0/24`) }),
    ["cluster.api.allowedCidrs", /41 ranges.*takes 40/],
  ],
  [
    "a private range at the public address",
    cluster({ "api.public": { ...publicApi, allowedCidrs: ["192.168.0.0/16"] } }),
    ["cluster.api.public.allowedCidrs[0]", /never reach an internet-facing address/],
  ],
  [
    "a public name in the private zone",
    cluster({ "api.public": { ...publicApi, name: "public.test.holdfast.internal" } }),
    ["cluster.api.public.name", /private zone test\.holdfast\.internal/],
  ],
  // Zones and the way out
  [
    "a zone that the region has not",
    cluster({ "network.zones": ["a", "b", "d"] }),
    ["cluster.network.zones[2]", /eu-central-1a, eu-central-1b, eu-central-1c/],
  ],
  [
    "a zone of another region",
    cluster({ "network.zones": ["a", "b", "eu-west-1c"] }),
    ["cluster.network.zones[2]", /no zone of eu-central-1/],
  ],
  [
    "a zone by letter and by name",
    cluster({ "network.zones": ["a", "b", "eu-central-1a"], protect: false }),
    ["cluster.network.zones[2]", /duplicate/],
  ],
  [
    "a region whose zones differ by account",
    cluster({}, "us-west-1"),
    ["cluster.network.zones", /describe-availability-zones/],
  ],
  [
    "no NAT and nothing else",
    cluster({ "network.nat": "none" }),
    ["cluster.network.interfaceEndpoints", /must be true with network\.nat: none/],
    ["cluster.nodes.assets.baseUrl", /mirror in your network/],
  ],
  [
    "no NAT in a partition without a Route 53 endpoint",
    cluster(
      {
        "network.nat": "none",
        "network.interfaceEndpoints": true,
        "nodes.assets.baseUrl": "https://mirror.example.com",
      },
      "us-gov-west-1",
    ),
    ["cluster.network.nat", /Route 53 has no interface endpoint/],
  ],
  [
    "an existing VPC without a subnet in a zone",
    cluster({
      ...existingVpc,
      '["network","vpc","privateSubnets"]': {
        "eu-central-1a": "subnet-0123456789abcdef0",
        "eu-central-1b": "subnet-0123456789abcdef1",
      },
    }),
    ["cluster.network.vpc.privateSubnets", /no subnet in eu-central-1c/],
  ],
  [
    "a subnet in a foreign zone",
    cluster({ ...existingVpc, "network.vpc.publicSubnets.eu-west-1a": "subnet-0123456789abcdef9" }),
    ["cluster.network.vpc.publicSubnets.eu-west-1a", /zone not in network\.zones/],
  ],
  [
    "one subnet for two zones",
    cluster({ ...existingVpc, "network.vpc.publicSubnets.eu-central-1a": "subnet-0123456789abcdef2" }),
    ["cluster.network.vpc.publicSubnets.eu-central-1a", /same subnet as network\.vpc\.privateSubnets\.eu-central-1c/],
  ],
  [
    "a public API without public subnets",
    cluster({ ...existingVpc, "api.public": publicApi }),
    ["cluster.network.vpc.publicSubnets", /for the public API address/],
  ],
  // Names, tags and versions
  ["a name that AWS reserves", cluster({ name: "internal-apps" }), ["cluster.name", /internal-/]],
  ["the cluster's own domain", cluster({ domain: "cluster.local" }), ["cluster.domain", /reserved suffix local/]],
  [
    "a domain too long for its members",
    cluster({ domain: `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.internal` }),
    ["cluster.domain", /DNS allows 253/],
  ],
  [
    "a tag that Holdfast sets",
    cluster({ "tags.holdfast:cluster": "x" }),
    ["cluster.tags.holdfast:cluster", /set by Holdfast/],
  ],
  [
    "more tags than AWS takes",
    cluster({ tags: Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`tag-${index}`, "x"])) }),
    ["cluster.tags", /41 tags.*at most 40/],
    [`${general}.labels`, /room/],
  ],
  [
    "an unsupported Kubernetes",
    cluster({ kubernetesVersion: "1.20.0" }),
    ["cluster.kubernetesVersion", /unsupported version; choose from/],
  ],
  [
    "a patch release without checksums",
    cluster({ kubernetesVersion: "1.36.99" }),
    ["cluster.kubernetesVersion", /unknown checksums.*kubernetes\/v1\.36\.99\/bin\/linux\/amd64\/kubelet/],
  ],
  [
    "a checksum of another version",
    cluster({
      kubernetesVersion: "1.36.3",
      '["nodes","assets","sha256","kubernetes/v1.35.6/bin/linux/amd64/kubelet"]': sum,
    }),
    [
      'cluster.nodes.assets.sha256["kubernetes/v1.35.6/bin/linux/amd64/kubelet"]',
      /another version.*write kubernetes\/v1\.36\.3\/bin\/linux\/amd64\/kubelet/,
    ],
  ],
  [
    "a checksum of nothing known",
    cluster({ '["nodes","assets","sha256","docker/v20/docker.tgz"]': sum }),
    ['cluster.nodes.assets.sha256["docker/v20/docker.tgz"]', /machines do not download this file/],
  ],
];

test.each(badInputs.map((input) => ({ what: input[0], input })))(
  "$what is a problem that says what to write",
  ({ input }) => {
    expectProblems(input);
  },
);
