/** Facts about a cluster for the CIS checks, as plain data. */
import { gunzipSync } from "node:zlib";

import { z } from "zod";

import type { FetchResult } from "../validate/result";

const processSchema = z.object({
  program: z.string(),
  user: z.string(),
  /** Command line, the program first. */
  arguments: z.array(z.string()),
  /** `ETCD_NAME=value`; other variables are left out. */
  environment: z.array(z.string()),
});

const machineFactsSchema = z.object({
  files: z.array(
    z.object({
      /** Octal digits. */
      mode: z.string(),
      /** `user:group`. */
      owner: z.string(),
      /** `f` file, `d` folder, `l` symbolic link. */
      type: z.string(),
      path: z.string(),
    }),
  ),
  processes: z.array(processSchema),
  /** Configuration files as text; empty if the machine has none. */
  documents: z.object({ kubelet: z.string(), kubeProxy: z.string(), authorization: z.string(), admission: z.string() }),
  /** Provider that encrypts each resource in etcd. */
  encryption: z.array(z.object({ resources: z.array(z.string()), provider: z.string() })),
  /** HTTP status of requests without credentials; `000` without an answer. */
  anonymous: z.object({ apiServer: z.string(), kubelet: z.string(), kubeletReadOnly: z.string() }),
});

export type ProcessFact = z.infer<typeof processSchema>;
export type MachineFacts = z.infer<typeof machineFactsSchema>;

/** Parses the output of machineFacts.sh. @throws Error if it is incomplete */
export function parseMachineFacts(output: string): MachineFacts {
  try {
    return machineFactsSchema.parse(JSON.parse(gunzipSync(Buffer.from(output, "base64")).toString()));
  } catch (error) {
    throw new Error(`the script printed no complete facts: "${output.trim().slice(0, 80)}"`, { cause: error });
  }
}

/** Machine that is examined. */
export interface ExaminedMachine {
  /** Instance id. */
  readonly id: string;
  readonly role: "control-plane" | "etcd" | "worker";
}

export interface MachineResult extends ExaminedMachine {
  readonly facts: FetchResult<MachineFacts>;
}

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** Role or ClusterRole. */
export interface RoleFact {
  readonly name: string;
  /** Undefined for a ClusterRole. */
  readonly namespace?: string | undefined;
  readonly rules: readonly {
    readonly verbs: readonly string[];
    readonly apiGroups?: readonly string[] | undefined;
    readonly resources?: readonly string[] | undefined;
  }[];
}

/** RoleBinding or ClusterRoleBinding. */
export interface BindingFact {
  readonly name: string;
  /** Undefined for a ClusterRoleBinding. */
  readonly namespace?: string | undefined;
  readonly role: { readonly kind: string; readonly name: string };
  readonly subjects: readonly Subject[];
}

export interface ClusterFacts {
  readonly roles: readonly RoleFact[];
  readonly bindings: readonly BindingFact[];
  /** Labels of each namespace. */
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface CisFacts {
  /** Machines that run etcd: those of the control plane, or machines of their own. */
  readonly etcdOn: "control-plane" | "etcd";
  readonly machines: readonly MachineResult[];
  readonly cluster: FetchResult<ClusterFacts>;
}
