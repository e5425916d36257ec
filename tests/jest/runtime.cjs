/**
 * Jest runtime that loads packages once per worker, with Node's own loader, and compiles each module of the project once per
 * worker. It patches internals of jest-runtime, because supported mechanisms are slower or do not work. CPU time of 40 test files
 * in tests/components (jest 30.5.2, one worker): 8.0 s with this runtime, 23.1 s with the default one, and 15.7 s with the default
 * one and `moduleNameMapper` entries that replace `typescript` and `@npmcli/arborist` by stubs. The whole suite takes 97 to 115 s
 * with this runtime and 239 s with the default one, on two cores. jest-light-runner 0.8.2 supports neither `jest.setTimeout` nor
 * `testTimeout`, and the whole suite did not finish with it.
 */
const { sep } = require("node:path");
const { compileFunction } = require("node:vm");

const { default: Runtime } = require("jest-runtime");

require("../../plan/cli/lazyModules.cjs");
const { packageGlobals } = require("./environment.cjs");

const packages = `${sep}node_modules${sep}`;
/** Compiled modules with their sources, by file name. */
const compiled = new Map();

class SharedPackages extends Runtime {
  constructor(...args) {
    super(...args);
    const { injectedModuleParameters } = this.executor;
    this.executor.compile = (source, filename) => {
      const known = compiled.get(filename);
      if (known?.source === source) return known.module;
      const module = compileFunction(source, injectedModuleParameters, { filename });
      compiled.set(filename, { source, module });
      return module;
    };
  }

  requireModule(from, name, options, isRequireActual) {
    if (name !== undefined && !options?.isInternalModule && !this._resolution.isCoreModule(name)) {
      const path = this._resolution.resolveCjs(from, name);
      if (path.includes(packages)) return load(path);
    }
    return super.requireModule(from, name, options, isRequireActual);
  }
}

function load(path) {
  if (path in require.cache) return require(path);
  const before = new Set(Reflect.ownKeys(globalThis));
  const loaded = require(path);
  for (const key of Reflect.ownKeys(globalThis)) if (!before.has(key)) packageGlobals.add(key);
  return loaded;
}

module.exports = { __esModule: true, default: SharedPackages };
