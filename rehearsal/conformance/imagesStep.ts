/** Builds the images of the conformance suite, into the storage of a registry. */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Registry, digestOf } from "../../operations/mirror/registry";
import { findFreePort } from "../../operations/tunnel/session";
import { build } from "../command";
import { hostArchitecture } from "../assets/architecture";
import { reproducibleTar } from "../assets/dockerArchive";
import { goStep, moduleSources } from "../assets/goBuild";
import type { GoGroup } from "../assets/goModules";
import { imageConfig, imageManifest, manifestType } from "../assets/imageConfig";
import { fileSha256 } from "../assets/manifest";
import { debianTree, unusedInImages } from "../assets/rootTree";
import type { BuildContext, Step } from "../assets/store";
import { startRegistry } from "../services/registry";
import {
  type ImageFile,
  type SuiteImage,
  type SuiteImageName,
  debianPackages,
  suiteImageOf,
  suiteImages,
} from "./images.plan";

export interface ImagesStepOptions {
  /** Programs of the suite. */
  readonly suite: GoGroup;
  readonly registry: GoGroup;
  readonly coredns: GoGroup;
}

interface Layer {
  readonly file: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** Build step of a registry's storage with the images, under the tags that the suite asks for. */
export function imagesStep({ suite, registry, coredns }: ImagesStepOptions): Step {
  const tree = debianTree("conformance-root", debianPackages);
  const [suiteStep, registryStep, corednsStep] = [suite, registry, coredns].map(goStep) as [Step, Step, Step];
  return {
    name: "conformance-images",
    inputs: [1, suiteImages],
    needs: [suiteStep, registryStep, corednsStep, tree],
    lane: "network",
    async build(context) {
      const programs = await context.result(suiteStep);
      const assembly = new Assembly(context, await context.result(tree), {
        programs,
        coredns: join(await context.result(corednsStep), "coredns"),
        sources: join(await moduleSources(context, suite, "k8s.io/kubernetes"), "test", "images"),
      });
      const listed = await build([join(programs, "e2e.test"), "--list-images"], { log: context.log });
      const port = await findFreePort();
      const program = join(await context.result(registryStep), "registry");
      const running = await startRegistry({ program, directory: context.directory, address: "127.0.0.1", port });
      try {
        for (const reference of listed.split("\n").map((line) => line.trim())) {
          const image = suiteImageOf(reference);
          if (image !== undefined) await assembly.push(new Registry(`http://127.0.0.1:${port}/v2`), image);
        }
      } finally {
        await running.stop();
      }
      assembly.clean();
    },
  };
}

interface Sources {
  /** Folders of the suite's programs, and of its images' files; path of CoreDNS. */
  readonly programs: string;
  readonly sources: string;
  readonly coredns: string;
}

class Assembly {
  readonly #work: string;
  readonly #layers = new Map<string, Promise<Layer>>();

  constructor(
    private readonly context: BuildContext,
    private readonly root: string,
    private readonly from: Sources,
  ) {
    this.#work = join(context.directory, ".work");
    mkdirSync(this.#work);
  }

  async push(registry: Registry, { key, repository, tag }: SuiteImageName): Promise<void> {
    const layers = await this.layersOf(key);
    // Tests that change an image want another one: its digest must depend on the tag.
    const start = { ...suiteImages[key], labels: { tag } };
    const digests = layers.map(({ digest }) => digest);
    const config = Buffer.from(imageConfig(start, hostArchitecture, digests));
    const file = join(this.#work, "config.json");
    writeFileSync(file, config);
    const described = { file, digest: digestOf(config), size: config.length };
    for (const { file: blob, digest, size } of [described, ...layers]) {
      if (!(await registry.hasBlob(repository, digest))) await registry.pushBlob(repository, digest, blob, size);
    }
    const content = Buffer.from(imageManifest(described, layers, "tar"));
    await registry.pushManifest(repository, tag, { mediaType: manifestType, content, digest: digestOf(content) });
  }

  /** Leaves only the storage of the registry. */
  clean(): void {
    rmSync(this.#work, { recursive: true });
    for (const name of ["log", "registry.yaml"]) rmSync(join(this.context.directory, name), { force: true });
  }

  private async layersOf(name: string): Promise<readonly Layer[]> {
    const image = suiteImages[name] ?? {};
    const base = image.base === undefined ? await this.baseLayers(image) : await this.layersOf(image.base);
    const hasFiles = [image.files, image.directories, image.links, image.appended].some((part) => part !== undefined);
    return hasFiles
      ? [
          ...base,
          await this.layer(name, (tree) => {
            this.fill(tree, image);
          }),
        ]
      : base;
  }

  private async baseLayers({ debian = true }: SuiteImage): Promise<readonly Layer[]> {
    if (!debian) return [];
    return [
      await this.layer("debian", undefined),
      // Debian's sh drops variables whose names have a dash, as those of Services do.
      await this.layer("shell", (tree) => {
        mkdirSync(join(tree, "usr/bin"), { recursive: true });
        symlinkSync("bash", join(tree, "usr/bin/sh"));
      }),
    ];
  }

  private layer(name: string, fill: ((tree: string) => void) | undefined): Promise<Layer> {
    const known = this.#layers.get(name) ?? this.archive(name, fill);
    this.#layers.set(name, known);
    return known;
  }

  /** @param fill undefined: the shared tree */
  private async archive(name: string, fill: ((tree: string) => void) | undefined): Promise<Layer> {
    const tree = fill === undefined ? this.root : join(this.#work, `tree-${name}`);
    if (fill !== undefined) {
      mkdirSync(tree);
      fill(tree);
    }
    const file = join(this.#work, `${name}.tar`);
    const unused = unusedInImages.map((path) => `--exclude=./${path}/*`);
    await build(["tar", ...reproducibleTar, ...unused, "-C", tree, "-cf", `${file}.part`, "."], {
      log: this.context.log,
    });
    renameSync(`${file}.part`, file);
    return { file, digest: `sha256:${await fileSha256(file)}`, size: statSync(file).size };
  }

  private fill(tree: string, { files = [], directories = [], links = {}, appended = {} }: SuiteImage): void {
    for (const path of directories) mkdirSync(join(tree, path), { recursive: true });
    for (const file of files) this.write(tree, file);
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(tree, path));
    for (const [path, lines] of Object.entries(appended)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), `${readFileSync(join(this.root, path), "utf8")}${lines}`);
    }
  }

  private write(tree: string, { path, from, mode }: ImageFile): void {
    const target = join(tree, path);
    mkdirSync(dirname(target), { recursive: true });
    if ("text" in from) writeFileSync(target, from.text);
    else if ("source" in from) copyFileSync(join(this.from.sources, from.source), target);
    else copyFileSync("coredns" in from ? this.from.coredns : join(this.from.programs, from.program), target);
    chmodSync(target, mode ?? ("text" in from || "source" in from ? 0o644 : 0o755));
  }
}
