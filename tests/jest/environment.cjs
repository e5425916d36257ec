/**
 * Jest environment in the worker's own realm. By default, Jest creates a realm per test file, in which each access to a global is
 * intercepted and every package is loaded again. This environment restores globals and the process after each file.
 */
const { AsyncLocalStorage } = require("node:async_hooks");

const { ModernFakeTimers } = require("@jest/fake-timers");
const { ModuleMocker } = require("jest-mock");

/** Storages in use: every promise propagates to them, even after the end of the test file that created them. */
const storages = new Set();
for (const method of ["run", "enterWith"]) {
  const use = AsyncLocalStorage.prototype[method];
  AsyncLocalStorage.prototype[method] = function (...args) {
    storages.add(this);
    return use.apply(this, args);
  };
}

class WorkerRealmEnvironment {
  /** Globals that packages define; packages stay loaded. */
  static packageGlobals = new Set();

  global = globalThis;
  fakeTimers = null;
  #before = captureState();

  constructor({ projectConfig }) {
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    for (const storage of storages) storage.disable();
    storages.clear();
    restoreState(this.#before);
  }

  exportConditions() {
    return ["node", "node-addons"];
  }

  getVmContext() {
    return globalThis;
  }
}

function captureState() {
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

function restoreState({ globals, env, exit, exitCode, directory, error, listeners }) {
  for (const key of Reflect.ownKeys(globalThis)) {
    const before = globals[key];
    const now = Object.getOwnPropertyDescriptor(globalThis, key);
    if (!now.configurable || WorkerRealmEnvironment.packageGlobals.has(key)) continue;
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

module.exports = WorkerRealmEnvironment;
