/** Preloaded into a plan: replaces the policy evaluation, without loading its modules. */
const Module = require("node:module");

const noPolicies = {
  evaluatePolicies: () => ({ environment: "prod", applied: 0, outcomes: [] }),
  isRefused: () => false,
};
const load = Module._load;
Module._load = function (request, ...rest) {
  return request === "../verdicts" ? noPolicies : load.call(this, request, ...rest);
};
