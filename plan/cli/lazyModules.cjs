/**
 * Modules that the SDK loads for what no plan does: TypeScript, to serialize functions, and npm's arborist, to find the
 * packages that these need. They are half of its load time and memory; here they are loaded when they are first used.
 */
const Module = require("node:module");

const lazy = new Set(["typescript", "@npmcli/arborist"]);
const load = Module._load;

Module._load = function (request, ...origin) {
  return lazy.has(request) ? whenUsed(() => load.call(this, request, ...origin)) : load.call(this, request, ...origin);
};

function whenUsed(loadModule) {
  let loaded;
  const module = () => (loaded ??= loadModule());
  return new Proxy(
    {},
    {
      // Compiled imports ask for this mark at once, and copy what has none.
      get: (_, key) => key === "__esModule" || Reflect.get(module(), key),
      has: (_, key) => Reflect.has(module(), key),
    },
  );
}
