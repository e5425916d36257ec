/** Files of a rehearsal: one directory each, readable by its owner only, because the plan in it contains private keys. */
import { homedir } from "node:os";
import { join } from "node:path";

export interface StatePaths {
  readonly id: string;
  readonly directory: string;
  /** Control socket of the supervisor. */
  readonly socket: string;
  /** Plan of the rehearsal with secrets in clear text. */
  readonly plan: string;
  /** Output of the supervisor. */
  readonly log: string;
  /** AWS calls, one JSON object per line. */
  readonly awsLog: string;
  /** Administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Project and state of the Pulumi engine, if it creates the resources. */
  readonly engine: string;
  /** Page with the timeline of the boot. */
  readonly timeline: string;
  /** Page with the charts of the last drills. Outside of the directory: drills take a rehearsal down that they have booted. */
  readonly drills: string;
  /** Records of the clients of a drill, and the page with violations of consistency. Outside of the directory, as `drills`. */
  history(name: string): { readonly records: string; readonly page: string };
  /** Log and report of the conformance suite. Outside of the directory, as `drills`. */
  readonly conformance: { readonly log: string; readonly report: string };
  /** Directory of a service's files (configuration, log). */
  service(name: string): string;
  /** Directory of a machine. */
  machine(id: string): string;
  /** File of a volume. */
  volume(id: string): string;
}

/** `$HOLDFAST_STATE`, else `$XDG_STATE_HOME/holdfast`, else `~/.local/state/holdfast`. */
export function stateRoot(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.HOLDFAST_STATE) return environment.HOLDFAST_STATE;
  return join(environment.XDG_STATE_HOME ?? join(homedir(), ".local", "state"), "holdfast");
}

/**
 * Paths of a rehearsal.
 * @throws on an invalid id, and if the path of the socket is too long (107 bytes)
 */
export function statePaths(id: string, root = stateRoot()): StatePaths {
  if (!/^[a-z][a-z0-9-]{0,23}$/.test(id)) {
    throw new Error(
      `invalid rehearsal name "${id}": use at most 24 lower-case letters, digits and dashes, letter first`,
    );
  }
  const directory = join(root, id);
  const socket = join(directory, "control.sock");
  if (Buffer.byteLength(socket) > 107) {
    throw new Error(`the socket path ${socket} is too long: set HOLDFAST_STATE to a shorter directory`);
  }
  return {
    id,
    directory,
    socket,
    plan: join(directory, "plan.json"),
    log: join(directory, "supervisor.log"),
    awsLog: join(directory, "aws.jsonl"),
    kubeconfig: join(directory, "kubeconfig"),
    engine: join(directory, "engine"),
    timeline: join(directory, "timeline.html"),
    drills: join(root, `${id}-drills.html`),
    history: (name) => {
      const file = join(root, `${id}-${name}-history`);
      return { records: `${file}.jsonl`, page: `${file}.html` };
    },
    conformance: { log: join(root, `${id}-conformance.log`), report: join(root, `${id}-conformance.json`) },
    service: (name) => join(directory, "services", name),
    machine: (machineId) => join(directory, "machines", machineId),
    volume: (volumeId) => join(directory, "volumes", volumeId),
  };
}
