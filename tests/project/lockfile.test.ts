/** Requirements of `npm ci` on the lockfile, on all platforms. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = join(__dirname, "..", "..");
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), "utf8"));
const { packages } = read("package-lock.json") as { packages: Readonly<Record<string, LockedPackage>> };

/** Folders in which Node.js looks for a package, from a folder of the lockfile upwards. */
function* candidateFolders(from: string, name: string): Generator<string> {
  for (let at = from; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    yield `${at}/node_modules/${name}`;
  }
  yield `node_modules/${name}`;
}

test("every optional dependency has an entry, which npm ci requires", () => {
  const missing = Object.entries(packages).flatMap(([folder, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => ![...candidateFolders(folder, name)].some((candidate) => candidate in packages),
    ),
  );
  expect(missing).toEqual([]);
});

test.each(["package.json", "policies/package.json"])(
  "%s pins exact versions, and the lockfile has just those",
  (path) => {
    const manifest = read(path) as Partial<Record<"dependencies" | "devDependencies", Record<string, string>>>;
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
      // Hoisted: one copy for the program, its plan and the policy pack.
      expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
    }
  },
);
