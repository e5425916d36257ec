/** Directory of the API server's configuration files, on the machine and in its container. */
export const configDirectory = "/etc/kubernetes/apiserver";

/** Command-line flag of an API server, in kubeadm's form. */
export interface Flag {
  readonly name: string;
  readonly value: string;
}

/** Flags of the API server and the files that they refer to. */
export interface ApiServerConfig {
  readonly flags: readonly Flag[];
  /** Text by file name below {@link configDirectory}. */
  readonly files: Readonly<Record<string, string>>;
}
