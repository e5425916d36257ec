/**
 * Packages are loaded once for all files of a worker, by Node's own loader: with Pulumi's SDK, that is a second for each
 * file. The project's own modules are made anew for each file as ever; only what they are compiled to is kept.
 */
const { sep } = require("node:path");
const { compileFunction } = require("node:vm");

const { default: Runtime } = require("jest-runtime");

require("../../plan/cli/lazyModules.cjs");
const { kept } = require("./environment.cjs");

const packages = `${sep}node_modules${sep}`;
/** By file name: modules as functions, and what they were compiled from. */
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
  for (const key of Reflect.ownKeys(globalThis)) if (!before.has(key)) kept.add(key);
  return loaded;
}

module.exports = { __esModule: true, default: SharedPackages };
