/** Mirrors, read by containerd, and written to the CNCF's registry and to the S3 and ECR of moto. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";

import { BucketMirror } from "../../operations/mirror/bucket";
import { DirectoryMirror } from "../../operations/mirror/directory";
import { Ecr } from "../../operations/mirror/ecr";
import { mirrorFiles, mirrorImages } from "../../operations/mirror/mirror";
import { RegistryMirror } from "../../operations/mirror/targetRegistry";
import { findFreePort } from "../../operations/tunnel/session";
import { startContainerd } from "../../rehearsal/assets/containerdSeed";
import { prepareMoto, preparePrograms } from "../../rehearsal/assets";
import { startMoto } from "../../rehearsal/aws/moto";
import { runOrThrow } from "../../rehearsal/command";
import { startRegistry } from "../../rehearsal/services/registry";
import type { Service } from "../../rehearsal/services/service";
import { StandIn, digestOf } from "../operations/mirror/standIn";

const region = "eu-central-1";
const image = "registry.k8s.io/pause:3.10.2";
const publishers = new StandIn();
const sources = () => ({ mirror: publishers.url });
let folder: string;
let moto: Service;
let s3: S3Client;
let index: string;
let containerd: Awaited<ReturnType<typeof startContainerd>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-mirror-judges-"));
  await publishers.start();
  index = publishers.addImage("registry.k8s.io/pause", "3.10.2");
  const port = await findFreePort();
  moto = await startMoto(await prepareMoto(() => undefined), join(folder, "moto"), port);
  const endpoint = `http://127.0.0.1:${port}`;
  const variables = { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  Object.assign(process.env, variables);
  s3 = new S3Client({ region, forcePathStyle: true });
  await s3.send(
    new CreateBucketCommand({ Bucket: "mirror", CreateBucketConfiguration: { LocationConstraint: region } }),
  );
  // As a policy for the endpoint of a VPC allows it. S3 has no HeadObject: moto wants it for HEAD.
  const actions = ["s3:GetObject", "s3:HeadObject"];
  const publicReads = { Effect: "Allow", Principal: "*", Action: actions, Resource: "arn:aws:s3:::mirror/*" };
  const policy = { Version: "2012-10-17", Statement: [publicReads] };
  await s3.send(new PutBucketPolicyCommand({ Bucket: "mirror", Policy: JSON.stringify(policy) }));
  const { containerd: binaries } = await preparePrograms(["containerd"], () => undefined);
  mkdirSync(join(folder, "containerd"));
  containerd = await startContainerd(binaries, join(folder, "containerd"), join(folder, "containerd.log"));
});

afterAll(async () => {
  await containerd.stop();
  await moto.stop();
  await publishers.stop();
  rmSync(folder, { recursive: true, force: true });
});

const work = () => mkdtempSync(join(folder, "work-"));
const mirror = () => new BucketMirror(s3, "mirror", "prod", work());

test("containerd pulls an image from a bucket through hosts.toml, as machines do", async () => {
  const copied = await mirrorImages([image], mirror(), sources(), work(), () => undefined);
  expect(copied).toMatchObject([{ digest: index }]);
  const hosts = join(folder, "hosts", "registry.k8s.io");
  mkdirSync(hosts, { recursive: true });
  const root = `${process.env.AWS_ENDPOINT_URL ?? ""}/mirror/prod/v2/registry.k8s.io`;
  const lines = [`[host."${root}"]`, 'capabilities = ["pull", "resolve"]', "override_path = true"];
  writeFileSync(join(hosts, "hosts.toml"), `${lines.join("\n")}\n`);
  await containerd.ctr("content", "fetch", "--hosts-dir", join(folder, "hosts"), "--all-platforms", image);
  const content = await containerd.ctr("content", "ls", "--quiet");
  // The index, and manifest, configuration and layer of two platforms.
  expect(content.trim().split("\n")).toHaveLength(7);
  expect(content).toContain(index);
});

test("a second copy to the bucket uploads nothing", async () => {
  const again = await mirrorImages([image], mirror(), sources(), work(), () => undefined);
  expect(again).toMatchObject([{ bytes: 0 }]);
});

test("the bucket serves files at the path below assets, with their checksums", async () => {
  const content = Buffer.from("a release");
  publishers.files.set("etcd/etcd.tar.gz", content);
  const file = { path: "etcd/etcd.tar.gz", url: "", sha256: digestOf(content).slice("sha256:".length) };
  expect(await mirrorFiles([file], mirror(), sources(), () => undefined)).toBe(content.length);
  expect(await mirrorFiles([file], mirror(), sources(), () => undefined)).toBe(0);
  const response = await fetch(`${process.env.AWS_ENDPOINT_URL ?? ""}/mirror/prod/assets/etcd/etcd.tar.gz`);
  expect(await response.text()).toBe("a release");
});

test("containerd imports the OCI image layout of a directory", async () => {
  const directory = join(folder, "directory");
  await mirrorImages([image], new DirectoryMirror(directory), sources(), work(), () => undefined);
  const archive = join(folder, "images.tar");
  await runOrThrow(["tar", "-C", join(directory, "images"), "-cf", archive, "."]);
  await containerd.ctr("images", "import", "--no-unpack", "--all-platforms", archive);
  expect(await containerd.ctr("images", "ls", `name==${image}`)).toContain(index);
});

test("the CNCF's registry takes an image, and containerd pulls it from there", async () => {
  const coredns = "registry.k8s.io/coredns/coredns:v1.14.6";
  const pushed = publishers.addImage("registry.k8s.io/coredns/coredns", "v1.14.6");
  const { registry: program } = await preparePrograms(["registry"], () => undefined);
  const port = await findFreePort();
  const at = { address: "127.0.0.1", port };
  const registry = await startRegistry({
    program: join(program, "registry"),
    directory: join(folder, "registry"),
    ...at,
  });
  try {
    const push = () => {
      const target = new RegistryMirror({ kind: "registry", registry: `127.0.0.1:${port}`, prefix: "team/mirror" });
      return mirrorImages([coredns], target, sources(), work(), () => undefined);
    };
    expect(await push()).toMatchObject([{ digest: pushed }]);
    expect(await push()).toMatchObject([{ bytes: 0 }]);
    const hosts = join(folder, "hosts-of-registry", "registry.k8s.io");
    mkdirSync(hosts, { recursive: true });
    const root = `http://127.0.0.1:${port}/v2/team/mirror/registry.k8s.io`;
    writeFileSync(
      join(hosts, "hosts.toml"),
      `server = "${root}"\ncapabilities = ["pull", "resolve"]\noverride_path = true\n`,
    );
    await containerd.ctr(
      "content",
      "fetch",
      "--hosts-dir",
      join(folder, "hosts-of-registry"),
      "--all-platforms",
      coredns,
    );
    expect(await containerd.ctr("content", "ls", "--quiet")).toContain(pushed);
  } finally {
    await registry.stop();
  }
});

test("ECR creates a repository once and gives a token", async () => {
  const ecr = Ecr.of(`123456789012.dkr.ecr.${region}.amazonaws.com`);
  await ecr?.ensureRepository("team/registry.k8s.io/pause");
  const other = Ecr.of(`123456789012.dkr.ecr.${region}.amazonaws.com`);
  await expect(other?.ensureRepository("team/registry.k8s.io/pause")).resolves.toBeUndefined();
  expect(await ecr?.login()).toMatchObject({ username: "AWS" });
  expect(Ecr.of("registry.example.com")).toBeUndefined();
});
