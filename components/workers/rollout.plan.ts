/**
 * How a changed launch template reaches the machines of a pool: some at a time, and no further than to the first that do not
 * become nodes. Pure data; the machines' half is components/node/files.
 *
 * To Auto Scaling a machine is in service as soon as it runs, and a rollout of machines that never become nodes would
 * replace a whole pool by them. So a new machine is held in `Pending:Wait` until it says itself that it has joined. One that
 * does not is given up and replaced, the rollout's capacity does not come back, and the rollout stops there.
 */

/** Holds a new machine until it is a node; machines answer by the hook's name. */
export const joinedHook = {
  name: "holdfast-joined",
  lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
  /** Seconds. Long enough for a control plane that is only just being made; a worker by itself joins in a minute or two. */
  heartbeatTimeout: 1800,
  defaultResult: "ABANDON",
} as const;

/**
 * A rollout of a pool.
 * @param healthy percentages of the pool between which the machines in service stay.
 */
export function poolRefresh(healthy: { readonly min: number; readonly max: number }) {
  return {
    strategy: "Rolling",
    preferences: {
      minHealthyPercentage: healthy.min,
      maxHealthyPercentage: healthy.max,
      // Seconds. A machine in service is a node already: this is for the pods that move to it.
      instanceWarmup: "60",
      // Machines that were launched meanwhile already are what the rollout wants.
      skipMatching: true,
    },
  };
}
