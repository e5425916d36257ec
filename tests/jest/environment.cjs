/**
 * Tests in the worker's own realm. By default jest gives each file a new one, in which every look at a global goes through
 * an interceptor, and into which every package is loaded anew. What a file leaves behind on globals and on the process is
 * taken back after it.
 */
const { AsyncLocalStorage } = require("node:async_hooks");

const { ModernFakeTimers } = require("@jest/fake-timers");
const { ModuleMocker } = require("jest-mock");

/** Those in use: each promise is handed on to each of them, also when the file that made them has long ended. */
const storages = new Set();
for (const method of ["run", "enterWith"]) {
  const use = AsyncLocalStorage.prototype[method];
  AsyncLocalStorage.prototype[method] = function (...args) {
    storages.add(this);
    return use.apply(this, args);
  };
}

class OwnRealm {
  /** Globals of packages, which stay loaded. */
  static kept = new Set();

  global = globalThis;
  fakeTimers = null;
  #before = remember();

  constructor({ projectConfig }) {
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    for (const storage of storages) storage.disable();
    storages.clear();
    restore(this.#before);
  }

  exportConditions() {
    return ["node", "node-addons"];
  }

  getVmContext() {
    return globalThis;
  }
}

function remember() {
  return {
    globals: Object.getOwnPropertyDescriptors(globalThis),
    env: { ...process.env },
    exit: process.exit,
    exitCode: process.exitCode,
    directory: process.cwd(),
    error: { stackTraceLimit: Error.stackTraceLimit, prepareStackTrace: Error.prepareStackTrace },
    listeners: new Map(process.eventNames().map((name) => [name, process.rawListeners(name)])),
  };
}

function restore({ globals, env, exit, exitCode, directory, error, listeners }) {
  for (const key of Reflect.ownKeys(globalThis)) {
    const before = globals[key];
    const now = Object.getOwnPropertyDescriptor(globalThis, key);
    if (!now.configurable || OwnRealm.kept.has(key)) continue;
    if (before === undefined) delete globalThis[key];
    else if (now.value !== before.value || now.get !== before.get) Object.defineProperty(globalThis, key, before);
  }
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  Object.assign(process, { exit, exitCode });
  process.chdir(directory);
  Object.assign(Error, error);
  for (const name of process.eventNames()) {
    const known = listeners.get(name) ?? [];
    for (const listener of process.rawListeners(name)) {
      if (!known.includes(listener)) process.off(name, listener.listener ?? listener);
    }
  }
}

module.exports = OwnRealm;
