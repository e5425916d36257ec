import type { BadSettings } from "./settingsSupport";
import { accepts, cluster, rejects, rejectsConfigs } from "./settingsSupport";

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
const withoutInternet = {
  "network.nat": "none",
  "network.interfaceEndpoints": true,
  "nodes.assets.baseUrl": "https://mirror.example.com",
};
const mirrors = (...registries: readonly string[]) =>
  Object.fromEntries(registries.map((registry) => [registry, `https://mirror.example.com/v2/${registry}`]));
const sum = "0".repeat(64);
/** Checksums of Kubernetes' programs for amd64. */
const checksumsOf = (version: string, programs = ["kubelet", "kubeadm", "kubectl"]) =>
  Object.fromEntries(programs.map((program) => [`kubernetes/v${version}/bin/linux/amd64/${program}`, sum]));
const general = "workers.general";

// Ranges, zones, names, tags and versions that conflict with each other.
rejects([
  // Ranges
  ["VPC of /12", { "network.vpc.cidr": "10.0.0.0/12" }, /range of \/16 to \/24/],
  ["VPC with public addresses", { "network.vpc.cidr": "198.51.0.0/16" }, /not private/],
  ["pod range with public addresses", { "network.podCidr": "44.0.0.0/16" }, /not private; write a range in 10/],
  [
    "pod range inside the VPC",
    { "network.podCidr": "10.0.0.0/16" },
    /overlaps the range of the VPC \(10\.0\.0\.0\/16\)/,
  ],
  ["service range inside the pod range", { "network.serviceCidr": "10.244.128.0/20" }, /overlaps the range of pods/],
  [
    "service range inside the default VPC range",
    { "network.serviceCidr": "10.0.64.0/20" },
    /overlaps the range of the VPC/,
  ],
  ["service range of /25", { "network.serviceCidr": "10.96.0.0/25" }, /\/12 to \/24/],
  ["pod range of /26", { "network.podCidr": "10.244.0.0/26" }, /\/8 to \/20/],
  [
    "pod range too small for the nodes",
    { "workers.general.max": 300 },
    ["network.podCidr", /room for 256 nodes.*303; write a \/15/],
  ],
  [
    "VPC too small for the instances",
    { "network.vpc.cidr": "10.0.0.0/24", "workers.general.max": 30 },
    ["network.vpc.cidr", /11 addresses.*may need 19; write a \/23/],
  ],
  [
    "allowed range inside the VPC",
    { "api.allowedCidrs": ["10.0.3.0/24"] },
    ["api.allowedCidrs[0]", /in the VPC.*remove it/],
  ],
  [
    "allowed range inside the pod range",
    { "api.allowedCidrs": ["192.168.0.0/16", "10.244.8.0/24"] },
    ["api.allowedCidrs[1]", /replies would not be routed back/],
  ],
  [
    "0.0.0.0/0 at the internal API address",
    { "api.allowedCidrs": ["0.0.0.0/0"] },
    ["api.allowedCidrs[0]", /use api\.public/],
  ],
  [
    "duplicate allowed range",
    { "api.allowedCidrs": ["192.168.0.0/16", "192.168.0.0/16"] },
    ["api.allowedCidrs[1]", /duplicate/],
  ],
  [
    "41 allowed ranges",
    { "api.allowedCidrs": Array.from({ length: 41 }, (_, index) => `192.168.${index}.0/24`) },
    /41 ranges.*takes 40/,
  ],
  [
    "private range at the public API address",
    { "api.public": { ...publicApi, allowedCidrs: ["192.168.0.0/16"] } },
    ["api.public.allowedCidrs[0]", /never reach an internet-facing address/],
  ],
  [
    "public API name in the private zone",
    { "api.public": { ...publicApi, name: "public.test.holdfast.internal" } },
    ["api.public.name", /private zone test\.holdfast\.internal/],
  ],
  // Zones and internet access
  [
    "zone that the region does not have",
    { "network.zones": ["a", "b", "d"] },
    ["network.zones[2]", /eu-central-1a, eu-central-1b, eu-central-1c/],
  ],
  [
    "zone of another region",
    { "network.zones": ["a", "b", "eu-west-1c"] },
    ["network.zones[2]", /not a zone of eu-central-1/],
  ],
  [
    "duplicate zone, by letter and by name",
    { "network.zones": ["a", "b", "eu-central-1a"], protect: false },
    ["network.zones[2]", /duplicate/],
  ],
  [
    "secondary ranges that overlap with pods, or that are there twice",
    { ...existingVpc, "network.vpc.secondaryCidrs": ["10.244.0.0/17", "100.64.0.0/16", "100.64.0.0/16"] },
    ["network.vpc.secondaryCidrs[2]", /duplicate/],
    ["network.vpc.secondaryCidrs[2]", /overlaps the range of the VPC/],
    ["network.podCidr", /overlaps the range of the VPC \(10\.244\.0\.0\/17\)/],
  ],
  [
    "allowed range inside a secondary range",
    { ...existingVpc, "network.vpc.secondaryCidrs": ["100.64.0.0/16"], "api.allowedCidrs": ["100.64.3.0/24"] },
    ["api.allowedCidrs[0]", /in the VPC \(100\.64\.0\.0\/16\).*remove it/],
  ],
  [
    "nat: none without interface endpoints and mirror",
    { "network.nat": "none" },
    ["network.interfaceEndpoints", /must be true with network\.nat: none/],
    ["nodes.assets.baseUrl", /mirror in your network/],
    [
      "nodes.registryMirrors",
      /^no mirror of public\.ecr\.aws, quay\.io, registry\.k8s\.io, .*such as public\.ecr\.aws: https:/,
    ],
  ],
  [
    "nat: none without the mirrors of some add-ons' registries",
    {
      ...withoutInternet,
      "addons.podNetwork.provider": "flannel",
      '["nodes","registryMirrors","registry.k8s.io"]': "https://mirror.example.com/k8s",
      [`${general}.gpu`]: true,
      [`${general}.instanceTypes`]: ["g5.xlarge"],
    },
    ["nodes.registryMirrors", /^no mirror of ghcr\.io, nvcr\.io, public\.ecr\.aws, which/],
  ],
  [
    "nat: none with a mirror that is another public registry",
    {
      ...withoutInternet,
      "addons.enabled": false,
      '["nodes","registryMirrors","registry.k8s.io"]': "https://registry.k8s.io/v2/mirror",
    },
    ['nodes.registryMirrors["registry.k8s.io"]', /outside your network/],
  ],
  [
    "existing VPC without a subnet in a zone",
    {
      ...existingVpc,
      '["network","vpc","privateSubnets"]': {
        "eu-central-1a": "subnet-0123456789abcdef0",
        "eu-central-1b": "subnet-0123456789abcdef1",
      },
    },
    ["network.vpc.privateSubnets", /no subnet in eu-central-1c/],
  ],
  [
    "existing subnet in an unused zone",
    { ...existingVpc, "network.vpc.publicSubnets.eu-west-1a": "subnet-0123456789abcdef9" },
    ["network.vpc.publicSubnets.eu-west-1a", /zone not in network\.zones/],
  ],
  [
    "same subnet for two zones",
    { ...existingVpc, "network.vpc.publicSubnets.eu-central-1a": "subnet-0123456789abcdef2" },
    ["network.vpc.publicSubnets.eu-central-1a", /same subnet as network\.vpc\.privateSubnets\.eu-central-1c/],
  ],
  [
    "public API address without public subnets",
    { ...existingVpc, "api.public": publicApi },
    ["network.vpc.publicSubnets", /for the public API address/],
  ],
  // Destinations of the firewall
  [
    "issuer and mirror with IPv6 addresses",
    {
      "nodes.assets.baseUrl": "https://[2001:db8::1]:8443",
      "access.authentication.oidc.corp": { url: "https://[2001:db8::2]", audiences: ["k"], username: { claim: "sub" } },
    },
    ["nodes.assets.baseUrl", /IPv6 address.*IPv4 only/],
    ["access.authentication.oidc.corp.url", /IPv6 address/],
  ],
  [
    "URLs of webhooks with names that only pods can resolve",
    {
      "access.authentication.webhook.url": "https://tokens.auth.svc.cluster.local:8443",
      "access.admission.webhooks.gate": {
        kind: "validating",
        url: "https://gate.policy.svc",
        match: [{ resources: ["pods"] }],
      },
    },
    ["access.authentication.webhook.url", /name of a Service.*publish the Service/],
    ["access.admission.webhooks.gate.url", /write service instead of url/],
  ],
  [
    "more egress rules than a security group takes",
    { "network.egress": [{ cidr: "192.0.2.0/24", ports: Array.from({ length: 57 }, (_, index) => 6000 + index) }] },
    /6\d egress rules of the security group of role worker, but AWS allows 60/,
  ],
  [
    "duplicate ports",
    { "network.egress": [{ cidr: "192.0.2.0/24", ports: [1, 1] }], "network.controlPlanePorts": [9100, 9100] },
    ["network.egress[0].ports[1]", /duplicate/],
    ["network.controlPlanePorts[1]", /duplicate/],
  ],
  // Names, tags and versions
  ["cluster name with a prefix reserved by AWS", { name: "internal-apps" }, /internal-/],
  ["reserved domain", { domain: "cluster.local" }, /reserved suffix local/],
  [
    "domain too long for member names",
    { domain: `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.internal` },
    /DNS allows 253/,
  ],
  ["tag set by Holdfast", { "tags.holdfast:cluster": "x" }, /set by Holdfast/],
  [
    "41 tags",
    { tags: Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`tag-${index}`, "x"])) },
    ["tags", /41 tags.*at most 40/],
    [`${general}.labels`, /room/],
  ],
  ["unsupported Kubernetes version", { kubernetesVersion: "1.20.0" }, /unsupported version; choose from/],
  [
    "emulated version that is not the one before",
    { kubernetesVersion: "1.37.1", emulatedVersion: "1.35" },
    ["emulatedVersion", /not the minor version before 1\.37; write "1\.36"/],
  ],
  [
    "emulated version of the cluster's own",
    { kubernetesVersion: "1.36.4", emulatedVersion: "1.36" },
    ["emulatedVersion", /has no effect; remove it/],
  ],
  [
    "emulated version with a patch",
    { kubernetesVersion: "1.36.4", emulatedVersion: "1.35.8" },
    ["emulatedVersion", /write major\.minor in quotation marks/],
  ],
  [
    "emulated version as a number",
    { kubernetesVersion: "1.36.4", emulatedVersion: 1.35 },
    ["emulatedVersion", /write it in quotes/],
  ],
  [
    "patch release with unknown checksums",
    { kubernetesVersion: "1.36.99" },
    /unknown checksums.*kubernetes\/v1\.36\.99\/bin\/linux\/amd64\/kubelet/,
  ],
  [
    "patch release with some unknown checksums",
    { kubernetesVersion: "1.37.99", "nodes.assets.sha256": checksumsOf("1.37.99", ["kubeadm", "kubectl"]) },
    ["kubernetesVersion", /write these to nodes\.assets\.sha256: kubernetes\/v1\.37\.99\/bin\/linux\/amd64\/kubelet$/],
  ],
  [
    "checksum for another Kubernetes version",
    { kubernetesVersion: "1.36.3", '["nodes","assets","sha256","kubernetes/v1.35.6/bin/linux/amd64/kubelet"]': sum },
    [
      'nodes.assets.sha256["kubernetes/v1.35.6/bin/linux/amd64/kubelet"]',
      /another version.*write kubernetes\/v1\.36\.3\/bin\/linux\/amd64\/kubelet/,
    ],
  ],
  [
    "checksum for an unknown file",
    { '["nodes","assets","sha256","docker/v20/docker.tgz"]': sum },
    ['nodes.assets.sha256["docker/v20/docker.tgz"]', /machines do not download this file/],
  ],
]);

rejectsConfigs([
  ...["us-gov-west-1", "cn-north-1"].map((region): BadSettings => [
    `an issuer behind CloudFront in ${region}`,
    cluster({ "access.serviceAccountIssuer": "cloudfront", "network.zones": ["a", "b"], protect: false }, region),
    ["cluster.access.serviceAccountIssuer", /CloudFront cannot serve.*write s3/],
  ]),
  [
    "zones at the edge of a region",
    cluster({ "network.zones": ["a", "us-west-2-lax-1a", "us-west-2-wl1-sea-wlz-1", "usw2-az1"] }, "us-west-2"),
    ["cluster.network.zones[1]", /a Local Zone.*such as us-west-2a/],
    ["cluster.network.zones[2]", /a Wavelength Zone.*such as us-west-2a/],
    ["cluster.network.zones[3]", /write a zone's letter/],
  ],
  ["region without default zones", cluster({}, "us-west-1"), ["cluster.network.zones", /describe-availability-zones/]],
  [
    "nat: none in a partition without a Route 53 endpoint",
    cluster(
      {
        ...withoutInternet,
        "addons.enabled": false,
        '["nodes","registryMirrors","registry.k8s.io"]': "https://mirror.example.com/k8s",
      },
      "us-gov-west-1",
    ),
    ["cluster.network.nat", /Route 53 has no interface endpoint/],
  ],
]);

accepts([
  ...["1.35.99", "1.36.99", "1.37.99"].map((kubernetesVersion): [string, Record<string, unknown>] => [
    `the unknown patch version ${kubernetesVersion} with its checksums`,
    cluster({ kubernetesVersion, "nodes.assets.sha256": checksumsOf(kubernetesVersion) }),
  ]),
  [
    "an existing VPC with secondary ranges",
    cluster({ ...existingVpc, "network.vpc.secondaryCidrs": ["100.64.0.0/16", "198.51.100.0/24"] }),
  ],
  [
    "nat: none with a mirror of each registry that the stack needs",
    cluster({ ...withoutInternet, "nodes.registryMirrors": mirrors("public.ecr.aws", "quay.io", "registry.k8s.io") }),
  ],
  [
    "nat: none without add-ons and with a mirror of Kubernetes' images only",
    cluster({ ...withoutInternet, "addons.enabled": false, "nodes.registryMirrors": mirrors("registry.k8s.io") }),
  ],
]);
