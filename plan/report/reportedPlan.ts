import type { ClusterSpec } from "../../components/clusterSpec";
import type { Verdicts } from "../verdicts";
import type { PlainPlan, Properties } from "./planFile";

/** A plan with all that reports show, as `plainPlan` makes it. Secrets stand in it as they were asked for: hidden or laid open. */
export interface ReportedPlan extends PlainPlan {
  readonly region: string;
  readonly spec: ClusterSpec;
  /** Outputs of the stack. */
  readonly outputs: Properties;
  /** What the policies say of it, where they were asked. */
  readonly policies?: Verdicts;
  readonly bundle: { readonly sha256: string; readonly key: string; readonly files: Readonly<Record<string, string>> };
}
