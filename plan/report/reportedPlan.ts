import type { ClusterSpec } from "../../components/clusterSpec";
import type { PlanCost } from "../cost/planCost";
import type { PlanProblem } from "../program/problems";
import type { Verdicts } from "../verdicts";
import type { PlainBundle, PlainPlan, Properties } from "./planFile";

interface ReportedBundle extends PlainBundle {
  readonly key: string;
}

/** Plan with everything that reports show, as `plainPlan` returns it. */
export interface ReportedPlan extends PlainPlan {
  readonly region: string;
  readonly spec: ClusterSpec;
  /** Outputs of the stack. */
  readonly outputs: Properties;
  /** Verdicts of the policies, if they were evaluated. */
  readonly policies?: Verdicts;
  /** Monthly cost, if it was estimated. */
  readonly cost?: PlanCost;
  /** Warnings about the settings. */
  readonly warnings?: readonly PlanProblem[];
  readonly bundles: readonly ReportedBundle[];
}
