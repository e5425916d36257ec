/**
 * Where a rehearsal keeps what it knows: one directory for each, readable by its owner alone, since the plan in it
 * holds private keys.
 */
import { homedir } from "node:os";
import { join } from "node:path";

export interface StatePaths {
  readonly id: string;
  readonly directory: string;
  /** Control socket of the supervisor. */
  readonly socket: string;
  /** Process id of the supervisor. */
  readonly pid: string;
  /** The plan that is rehearsed, secrets in clear. */
  readonly plan: string;
  /** Output of the supervisor. */
  readonly log: string;
  /** One line for each AWS call of a node. */
  readonly awsLog: string;
  /** Administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Directory of a child process's files (configuration, log), by name. */
  service(name: string): string;
  /** Directory of a machine. */
  machine(id: string): string;
  /** File that holds a volume. */
  volume(id: string): string;
}

/** $HOLDFAST_STATE, or `holdfast` below $XDG_STATE_HOME, or ~/.local/state/holdfast. */
export function stateRoot(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.HOLDFAST_STATE) return environment.HOLDFAST_STATE;
  return join(environment.XDG_STATE_HOME ?? join(homedir(), ".local", "state"), "holdfast");
}

/**
 * Paths of the rehearsal `id`.
 * @throws if the id is not a short name, or the socket's path is longer than a socket's path may be (107 bytes).
 */
export function statePaths(id: string, root = stateRoot()): StatePaths {
  if (!/^[a-z][a-z0-9-]{0,23}$/.test(id)) {
    throw new Error(
      `"${id}" is no name for a rehearsal: a lower-case letter, then letters, digits and dashes, at most 24`,
    );
  }
  const directory = join(root, id);
  const socket = join(directory, "control.sock");
  if (Buffer.byteLength(socket) > 107) {
    throw new Error(`${socket} is too long for a socket's path: set HOLDFAST_STATE to a shorter directory`);
  }
  return {
    id,
    directory,
    socket,
    pid: join(directory, "supervisor.pid"),
    plan: join(directory, "plan.json"),
    log: join(directory, "supervisor.log"),
    awsLog: join(directory, "aws.jsonl"),
    kubeconfig: join(directory, "kubeconfig"),
    service: (name) => join(directory, "services", name),
    machine: (machineId) => join(directory, "machines", machineId),
    volume: (volumeId) => join(directory, "volumes", volumeId),
  };
}
