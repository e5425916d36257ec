import { mapping, text, textMap, texts, wholeNumber } from "../settings/fields";
import type { Parsed } from "../settings/fields";
import {
  amiIdRule,
  assetPathRule,
  deviceRule,
  imageRule,
  registryRule,
  sha256Rule,
  urlRule,
} from "../settings/textRules";
import type { TextRule } from "../settings/textRules";
import { ecrSettings } from "../ecr/settings";
import { kubeletSettings } from "./kubelet/settings";
import { noProxyRule, proxyUrlRule } from "./textRules";

/** Amazon Linux 2023 with NVIDIA's open driver and container toolkit; its snapshot has 75 GiB. */
const gpuImage = (arch: string): string =>
  `/aws/service/deeplearning/ami/${arch}/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id`;

const windowsImage = "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-Base";

const amazonLinux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default";

/** Name of a group of machines; a check compares it with those of the cluster. */
const imageGroupRule: TextRule = (text) =>
  /^(control-plane|etcd|worker-[a-z0-9-]+)$/.test(text)
    ? undefined
    : "write a group of machines: control-plane, etcd or worker-<pool>";

const images = (what: string, amd64: string, arm64: string) => ({
  amd64: text(imageRule, { description: `Image of amd64 ${what}: an AMI id, or the SSM parameter of one.` }).default(
    amd64,
  ),
  arm64: text(imageRule, { description: `Image of arm64 ${what}.` }).default(arm64),
});

export const nodesSettings = mapping({
  images: mapping(images("machines", `${amazonLinux}-x86_64`, `${amazonLinux}-arm64`))
    .prefault({})
    .meta({ description: "Machine images: any distribution with systemd and cloud-init." }),
  imagePins: textMap(imageGroupRule, amiIdRule, {
    description:
      "Pinned images: AMI id by group of machines (`control-plane`, `etcd`, `worker-<pool>`). `npx holdfast images <env> --update` writes them. A group without a pin uses the image that it was created with.",
  }),
  // EC2 deprecates public images after two years at the latest ("Deprecate an Amazon EC2 AMI", EC2 User Guide).
  maxImageAgeDays: wholeNumber(1, 730, {
    description:
      "Age of an image in use from which on `npx holdfast images` and `validate` warn. They always warn of images that their publisher has deprecated.",
    unit: "days",
    defaultIs: "absent: no limit",
  }).optional(),
  gpuImages: mapping(images("GPU machines", gpuImage("x86_64"), gpuImage("arm64")))
    .prefault({})
    .meta({ description: "Machine images of GPU pools, with NVIDIA's driver and container toolkit." }),
  windowsImage: text(imageRule, {
    description: "Machine image of Windows pools: Windows Server 2022 or later.",
  }).default(windowsImage),
  rootDevice: text(deviceRule, {
    description: "Root device of the images: /dev/xvda on Amazon Linux, /dev/sda1 on Ubuntu.",
  }).default("/dev/xvda"),
  assets: mapping({
    baseUrl: text(urlRule, {
      description: "Mirror of the binaries that machines download.",
      defaultIs: "absent: the upstream release sites",
    }).optional(),
    sha256: textMap(assetPathRule, sha256Rule, {
      description:
        "SHA-256 checksums by path below `baseUrl`, for your own builds or newer versions; override the built-in checksums.",
    }),
  })
    .prefault({})
    .meta({ description: "Source of kubelet, etcd, containerd and the other binaries." }),
  registryMirrors: textMap(registryRule, urlRule, {
    description:
      "Container registry mirrors: URL by registry host. Nodes fall back to the registry if a mirror fails, unless the mirror is in Amazon ECR.",
  }),
  ecr: ecrSettings,
  kubelet: kubeletSettings("Kubelet settings of all Linux nodes, by the names of KubeletConfiguration."),
  proxy: mapping({
    http: text(proxyUrlRule, { description: "URL of the proxy for http:// destinations, with its port." }),
    https: text(proxyUrlRule, {
      description: "URL of the proxy for https:// destinations.",
      defaultIs: "that of `http`",
    }).optional(),
    noProxy: texts(noProxyRule, {
      description:
        "Further destinations without the proxy: domains with all names below them, IPv4 addresses and ranges. The cluster's own addresses and names, instance metadata, and AWS endpoints of the VPC are excluded in any case.",
    }).default([]),
  })
    .optional()
    .meta({
      description: "HTTP proxy through which machines, and the add-ons that call AWS, reach the internet.",
      defaultIs: "absent: none",
    }),
})
  .prefault({})
  .meta({
    description: "Settings of every machine.",
    examples: [
      {
        assets: { baseUrl: "https://mirror.example.com/kubernetes" },
        registryMirrors: {
          "docker.io": "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/docker-hub",
          "ghcr.io": "https://registry.example.com/v2/ghcr",
        },
        ecr: {
          repositories: ["team-a/*", "arn:aws:ecr:eu-central-1:210987654321:repository/shared/*"],
          pullThroughCache: {
            "docker-hub": {
              upstreamRegistryUrl: "registry-1.docker.io",
              credentialArn:
                "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/docker-hub-AbCdEf",
            },
          },
        },
        kubelet: { imageGCHighThresholdPercent: 75, imageGCLowThresholdPercent: 60, imageMaximumGCAge: "168h" },
        proxy: { http: "http://proxy.example.com:3128", noProxy: ["corp.example.com", "192.168.0.0/16"] },
      },
    ],
  });

export type ProxySpec = NonNullable<Parsed<typeof nodesSettings>["proxy"]>;
