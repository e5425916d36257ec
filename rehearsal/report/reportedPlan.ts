import type { ClusterSpec } from "../../components/clusterSpec";
import type { PlainPlan, Properties } from "./planFile";

/** A plan with all that reports show, as `plainPlan` makes it. Secrets stand in it as they were asked for: hidden or laid open. */
export interface ReportedPlan extends PlainPlan {
  readonly region: string;
  readonly spec: ClusterSpec;
  /** Outputs of the stack. */
  readonly outputs: Properties;
  readonly bundle: { readonly sha256: string; readonly key: string; readonly files: Readonly<Record<string, string>> };
}
