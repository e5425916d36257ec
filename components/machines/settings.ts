import { z } from "zod";
import { disk, mapping, text, textMap } from "../settings/fields";
import {
  assetPathRule,
  deviceRule,
  imageRule,
  instanceTypeRule,
  registryRule,
  sha256Rule,
  urlRule,
} from "../settings/textRules";

/** Two CPUs, 8 GiB, and to be had in every region but the newest. */
export const defaultInstanceType = "m6i.large";

export const architecture = z
  .enum(["amd64", "arm64"])
  .optional()
  .meta({ description: "CPU architecture; if written, it is compared.", defaultIs: "that of the instance type" });

export const instanceType = () =>
  text(instanceTypeRule, { description: "EC2 instance type." }).default(defaultInstanceType);

export const members = (of: string) =>
  z
    .literal([1, 3, 5], { error: "write 1, 3 or 5: an even number survives no more failures than one less" })
    .default(3)
    .meta({ description: `Number of ${of}, spread over the zones: 1, 3 or 5.` });

/** `controlPlane` in the settings. */
export const controlPlaneSchema = mapping({
  members: members("machines"),
  instanceType: instanceType(),
  architecture,
  rootVolume: disk(50, 20, "Root disk of each machine"),
})
  .prefault({})
  .meta({ description: "The control plane's machines." });

/** NVIDIA's open driver and container toolkit on Amazon Linux 2023; its snapshot is of 75 GiB. */
const gpuImage = (arch: string): string =>
  `resolve:ssm:/aws/service/deeplearning/ami/${arch}/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id`;

const windowsImage = "resolve:ssm:/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-Base";

const amazonLinux = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default";

/** `nodes` in the settings. */
export const nodesSchema = mapping({
  images: mapping({
    amd64: text(imageRule, { description: "Image of amd64 machines: an AMI id or `resolve:ssm:<parameter>`." }).default(
      `${amazonLinux}-x86_64`,
    ),
    arm64: text(imageRule, { description: "Image of arm64 machines." }).default(`${amazonLinux}-arm64`),
  })
    .prefault({})
    .meta({ description: "Machine images; any distribution with systemd and cloud-init." }),
  gpuImages: mapping({
    amd64: text(imageRule, { description: "Image of amd64 GPU machines." }).default(gpuImage("x86_64")),
    arm64: text(imageRule, { description: "Image of arm64 GPU machines." }).default(gpuImage("arm64")),
  })
    .prefault({})
    .meta({ description: "Images of GPU pools: with NVIDIA's driver and container toolkit." }),
  windowsImage: text(imageRule, { description: "Image of Windows pools: Windows Server 2022 or later." }).default(
    windowsImage,
  ),
  rootDevice: text(deviceRule, {
    description: "Root device of those images: /dev/xvda on Amazon Linux, /dev/sda1 on Ubuntu.",
  }).default("/dev/xvda"),
  assets: mapping({
    baseUrl: text(urlRule, {
      description: "Mirror of the binaries that machines download.",
      defaultIs: "absent: the upstream release sites",
    }).optional(),
    sha256: textMap(assetPathRule, sha256Rule, {
      description: "SHA-256 by path below the mirror, over the known ones; for a mirror with builds of its own.",
    }),
  })
    .prefault({})
    .meta({ description: "Where kubelet, etcd, containerd and the like come from." }),
  registryMirrors: textMap(registryRule, urlRule, { description: "Container registry mirrors: URL by registry host." }),
})
  .prefault({})
  .meta({ description: "What every machine has in common." });
