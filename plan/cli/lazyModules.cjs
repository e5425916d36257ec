/**
 * Loads TypeScript and npm's arborist on first use. The SDK needs them to serialize functions, which no plan does; they are
 * half of its load time and memory.
 */
const Module = require("node:module");

const lazy = new Set(["typescript", "@npmcli/arborist"]);
const load = Module._load;

Module._load = function (request, ...origin) {
  return lazy.has(request) ? loadOnUse(() => load.call(this, request, ...origin)) : load.call(this, request, ...origin);
};

function loadOnUse(loadModule) {
  let loaded;
  const module = () => (loaded ??= loadModule());
  return new Proxy(
    {},
    {
      // Compiled imports read this property first, and copy modules without it.
      get: (_, key) => key === "__esModule" || Reflect.get(module(), key),
      has: (_, key) => Reflect.has(module(), key),
    },
  );
}
