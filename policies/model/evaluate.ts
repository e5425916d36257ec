import type { Exemption, PackConfig, RuleConfig } from "./config";
import type { Level } from "./levels";
import type { Report, Rule } from "./rule";
import { Resource, Stack } from "./stack";
import type { Subject } from "./stack";
import { UnknownInputError, WrongTypeError } from "./value";
import type { Unknown } from "./value";

/** Result of a rule. A rule without outcomes has passed. */
export interface Outcome {
  readonly rule: string;
  readonly level: Level;
  /**
   * `violation`: the resource violates the rule, or an exemption has expired. `undecided`: an input is unknown until the
   * update, which evaluates the rule again. `exempt`: a violation covered by an exemption.
   */
  readonly verdict: "violation" | "undecided" | "exempt";
  readonly message: string;
  /** Absent for outcomes about the whole stack. */
  readonly resource?: Pick<Subject, "urn" | "name" | "type">;
  /** The unknown input of an `undecided` outcome. */
  readonly unknown?: Unknown;
}

/** Type of the root resource; every engine and every plan has one. */
export const stackType = "pulumi:pulumi:Stack";

export interface EvaluationContext {
  readonly config: RuleConfig;
  /** YYYY-MM-DD; decides whether exemptions have expired. */
  readonly today: string;
}

/** One evaluation of a rule, which collects the outcomes. */
class Evaluation {
  readonly outcomes: Outcome[] = [];

  constructor(
    private readonly rule: Rule,
    private readonly context: EvaluationContext,
  ) {}

  /** Runs a check. Unreadable inputs become outcomes. */
  run(target: Resource | undefined, check: (report: Report) => void): void {
    try {
      check((message, resource = target) => {
        this.add(resource, message);
      });
    } catch (error) {
      if (error instanceof WrongTypeError) this.add(target, `${error.message}, so the rule cannot be checked.`);
      else if (error instanceof UnknownInputError)
        this.add(target, `${error.path} is known only during the update.`, error.value);
      else throw error;
    }
  }

  /** Reports expired exemptions, even if the violation that they covered is gone. */
  reportExpiredExemptions(): void {
    for (const exemption of this.context.config.exemptions.filter((one) => !this.isValid(one))) {
      const { resource, expires, reason } = exemption;
      this.push(undefined, {
        verdict: "violation",
        message: `The exemption of '${resource}' from ${this.rule.name} expired on ${expires}. Its reason was: ${reason} Fix the resource and remove the exemption, or set a new expiry date and reason.`,
      });
    }
  }

  private add(target: Resource | undefined, message: string, unknown?: Unknown): void {
    const { requirement, reason, fix, setting } = this.rule;
    const exemption = this.context.config.exemptions.find(({ resource }) => resource === target?.name);
    if (exemption !== undefined && this.isValid(exemption)) {
      const allowed = `Allowed until ${exemption.expires}: ${exemption.reason}`;
      this.push(target, { verdict: "exempt", message: `${message} ${allowed}` });
    } else if (unknown !== undefined) {
      this.push(target, { verdict: "undecided", message: `${message} Not checked yet: ${requirement}`, unknown });
    } else {
      const hint = setting === undefined ? "" : ` (setting: ${setting})`;
      this.push(target, { verdict: "violation", message: `${message} ${reason} ${fix}${hint}` });
    }
  }

  private push(target: Resource | undefined, outcome: Pick<Outcome, "verdict" | "message" | "unknown">): void {
    const resource = target && { urn: target.subject.urn, name: target.name, type: target.type };
    this.outcomes.push({ rule: this.rule.name, level: this.context.config.level, ...outcome, resource });
  }

  private isValid(exemption: Exemption): boolean {
    return this.context.today <= exemption.expires;
  }
}

/** Outcomes of a `resource` rule for one resource. The root resource reports expired exemptions. */
export function evaluateResource(rule: Rule, resource: Resource, context: EvaluationContext): readonly Outcome[] {
  const evaluation = new Evaluation(rule, context);
  if (resource.type === stackType) evaluation.reportExpiredExemptions();
  if (rule.scope === "resource" && rule.types.includes(resource.type)) {
    evaluation.run(resource, (report) => {
      rule.check(resource, report, context.config.parameters);
    });
  }
  return evaluation.outcomes;
}

/** Outcomes of a `relation` or `stack` rule for all resources. */
export function evaluateStack(rule: Rule, stack: Stack, context: EvaluationContext): readonly Outcome[] {
  const evaluation = new Evaluation(rule, context);
  const { parameters } = context.config;
  evaluation.reportExpiredExemptions();
  if (rule.scope === "stack") {
    evaluation.run(undefined, (report) => {
      rule.check(stack, report, parameters);
    });
  } else if (rule.scope === "relation") {
    for (const resource of stack.ofType(...rule.types)) {
      evaluation.run(resource, (report) => {
        rule.check(resource, report, stack, parameters);
      });
    }
  }
  return evaluation.outcomes;
}

/** Outcomes of all rules that are not disabled, in the order of the rules. */
export function evaluateRules(
  rules: readonly Rule[],
  subjects: readonly Subject[],
  packConfig: PackConfig,
  today: string,
): readonly Outcome[] {
  const stack = new Stack(subjects.map((subject) => new Resource(subject)));
  return rules.flatMap((rule) => {
    const config = packConfig.get(rule.name);
    if (config === undefined || config.level === "disabled") return [];
    if (rule.scope !== "resource") return evaluateStack(rule, stack, { config, today });
    return stack
      .ofType(stackType, ...rule.types)
      .flatMap((resource) => evaluateResource(rule, resource, { config, today }));
  });
}
