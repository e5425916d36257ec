import * as pulumi from "@pulumi/pulumi";

import { imageGroups, imageOf, parseImage } from "../../../components/machines/images.plan";
import { resolveImage } from "../../../components/machines/machineImage";
import { deploy, newestImage } from "../../mocks";
import { forWindows, specOf } from "../../specs";

const pinned = "ami-0fedcba9876543210";
const own = "ami-00112233445566778";
const parameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

const spec = specOf({
  ...forWindows(),
  name: "blue",
  etcd: { topology: "external" },
  controlPlane: { instanceType: "m7g.large" },
  nodes: { ...forWindows().nodes, imagePins: { etcd: pinned } },
  workers: {
    general: {},
    gpu: { gpu: true, instanceTypes: ["g5g.xlarge"], rootVolume: { sizeGiB: 100 } },
    own: { image: own },
    win: { os: "windows" },
  },
});

describe("groups of machines", () => {
  test("have the images of their kind and architecture", () => {
    expect(
      Object.fromEntries(imageGroups(spec).map(({ name, image, path }) => [name, [image, path.join(".")]])),
    ).toEqual({
      "control-plane": [{ parameter: parameter.replace("x86_64", "arm64") }, "nodes.images.arm64"],
      etcd: [{ parameter, pin: pinned }, "nodes.images.amd64"],
      "worker-general": [{ parameter }, "nodes.images.amd64"],
      "worker-gpu": [
        { parameter: "/aws/service/deeplearning/ami/arm64/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id" },
        "nodes.gpuImages.arm64",
      ],
      "worker-own": [{ id: own }, "workers.own.image"],
      "worker-win": [
        { parameter: "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-Base" },
        "nodes.windowsImage",
      ],
    });
  });

  test("are found by name", () => {
    expect([imageOf(spec, "etcd"), imageOf(spec, "worker-general")]).toEqual([
      { parameter, pin: pinned },
      { parameter },
    ]);
    expect(() => imageOf(spec, "worker-none")).toThrow(RangeError);
  });

  test.each([
    [own, { id: own }],
    ["/images/node", { parameter: "/images/node" }],
    ["resolve:ssm:/images/node:3", { parameter: "/images/node:3" }],
    ["resolve:ssm:golden", { parameter: "golden" }],
  ])("%s", (text, image) => {
    expect(parseImage(text)).toEqual(image);
  });
});

describe("an image in the program", () => {
  const resolve = (image: Parameters<typeof resolveImage>[1]) =>
    deploy(() => resolveImage("blue-etcd", image, new pulumi.ComponentResource("test:index:Parent", "parent")));

  test("by id needs neither a request nor a record", async () => {
    const { outputs, resources } = await resolve({ id: own });
    expect([outputs, resources.map(({ name }) => name)]).toEqual([own, ["parent"]]);
  });

  test("by parameter is the one that the state recorded first, whatever the parameter holds now", async () => {
    const { outputs, get } = await resolve({ parameter });
    const record = get("blue-etcd-image-aws-service-ami-amazon-linux-latest-al2023-ami-kernel-default-x86_64", "Stash");
    expect(record.inputs).toEqual({ input: newestImage });
    expect(record.options.ignoreChanges).toEqual(["input"]);
    expect(outputs).toBe(`first ${record.name}`);
  });

  test("with a pin keeps its record, and a new group records the pin", async () => {
    const { outputs, get } = await resolve({ parameter: "/images/node", pin: pinned });
    expect([outputs, get("blue-etcd-image-images-node", "Stash").inputs]).toEqual([pinned, { input: pinned }]);
  });

  test("by another parameter has another record, so that it takes effect", async () => {
    const { resources } = await resolve({ parameter: "/images/node:3" });
    expect(resources.map(({ name }) => name)).toContain("blue-etcd-image-images-node-3");
  });
});
