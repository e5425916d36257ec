/**
 * How a changed launch template reaches the machines that hold a quorum: one after another, and only while every other
 * member is healthy. Pure data; the machines' half is components/node/files.
 *
 * Why it is the machine that says when. `pulumi up` changes the template of every member's group, and each group starts an
 * instance refresh at once: Auto Scaling knows nothing of the other groups, and the provider does not wait for a refresh.
 * Chaining the groups in the program would order the requests, a second apart, not the replacements; and waiting between
 * them would make the first boot serial, which cannot work: no member is healthy before a majority has booted. So creation
 * is parallel and the order of replacement is decided where the health of all members is known:
 *
 * 1. A machine that has become a healthy member has itself protected from scale-in, and the refresh waits for protected
 *    machines (Auto Scaling waits one hour, then the refresh fails and the machine stays). Waiting has to come before
 *    termination, not in a termination hook: Auto Scaling takes a terminating machine off its target groups before the hook
 *    begins, so machines that queue up in their hooks would have left the load balancer all together.
 * 2. A machine that sees a refresh of its group takes the cluster's lock, checks that all other members are healthy, gives
 *    up its protection and keeps the lock until it is gone. A replacement that does not become healthy is thus where a bad
 *    rollout ends: no other machine gives way. It is not protected itself, so that the next template replaces it at once.
 * 3. Auto Scaling then terminates the machine, and the hook below lets it go in order: pods drained, the volume unmounted.
 *
 * Protection from scale-in protects from nothing else: a machine that fails its health check or that a person terminates
 * is replaced all the same.
 */

/** Name of the hook; machines answer it by this name. */
export const departureHookName = "holdfast-depart";

/**
 * Holds a terminating machine until it has left in order. A live machine that needs longer says so by a heartbeat, which
 * starts the time anew (up to a hundred times); silence means that it is dead, with its zone perhaps, and then each second
 * of waiting is a second with a member missing. Hence short, and CONTINUE; ABANDON would terminate the machine as well.
 */
export const departureHook = {
  name: departureHookName,
  lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
  /** Seconds. */
  heartbeatTimeout: 120,
  defaultResult: "CONTINUE",
} as const;

/** Replaces the group's one machine: first the old one goes, for the new one needs its volume and name. */
export const memberRefresh = {
  strategy: "Rolling",
  preferences: {
    minHealthyPercentage: 0,
    maxHealthyPercentage: 100,
    scaleInProtectedInstances: "Wait",
    // A machine that was replaced meanwhile for another reason already is what the refresh wants.
    skipMatching: true,
    // Seconds. Only the refresh's own verdict depends on it, not when the next member goes.
    instanceWarmup: "180",
    // Auto Scaling refuses to roll back where the template takes its image from an SSM parameter.
    autoRollback: false,
  },
} as const;
