import type { Exemption, PackConfig, RuleConfig } from "./config";
import type { Level } from "./levels";
import type { Report, Rule } from "./rule";
import { Resource, Stack } from "./stack";
import type { Subject } from "./stack";
import { NotKnown, WrongType } from "./value";
import type { Unknown } from "./value";

/** What a rule says. What it has nothing to say about has passed. */
export interface Outcome {
  readonly rule: string;
  readonly level: Level;
  /**
   * `violation`: the rule is broken, or an exemption from it has expired. `undecided`: an input is not known before the
   * update; then the rule is judged again. `exempt`: broken, and allowed to be.
   */
  readonly verdict: "violation" | "undecided" | "exempt";
  readonly message: string;
  /** The resource that it is about; absent: the stack. */
  readonly resource?: Pick<Subject, "urn" | "name" | "type">;
  /** With `undecided`: what was not known. */
  readonly unknown?: Unknown;
}

/** Type of the resource that stands for the stack; every engine and every plan has one. */
export const stackType = "pulumi:pulumi:Stack";

const emptyStack = new Stack([]);

/** What is wrong, why it matters, what to write instead and where. */
function explain(rule: Rule, found: string): string {
  const setting = rule.setting === undefined ? "" : ` (setting: ${rule.setting})`;
  return `${found} ${rule.why} ${rule.fix}${setting}`;
}

/** One application of a rule: collects what it says. */
class Judgement {
  readonly outcomes: Outcome[] = [];

  constructor(
    private readonly rule: Rule,
    private readonly config: RuleConfig,
    private readonly today: string,
  ) {}

  /** Runs a check; what it could not read becomes an outcome too. */
  run(about: Resource | undefined, check: (report: Report) => void): void {
    try {
      check((found, on = about) => {
        this.add(on, found);
      });
    } catch (error) {
      if (error instanceof WrongType) this.add(about, `${error.message}, so that it cannot be judged.`);
      else if (error instanceof NotKnown)
        this.add(about, `${error.path} is known only during the update.`, error.value);
      else throw error;
    }
  }

  /** An expired exemption is a violation, whether or not what it allowed is still there. */
  expire(): void {
    for (const exemption of this.config.exemptions) {
      if (this.holds(exemption)) continue;
      const { resource, expires, reason } = exemption;
      this.push(undefined, {
        verdict: "violation",
        message: `The exemption of '${resource}' from ${this.rule.name} expired on ${expires}; its reason was: ${reason} An exemption without an end is a rule that is gone. Put the resource right and remove the exemption, or give it a new date and say why.`,
      });
    }
  }

  private add(about: Resource | undefined, found: string, unknown?: Unknown): void {
    const exemption = this.config.exemptions.find(({ resource }) => resource === about?.name);
    if (exemption !== undefined && this.holds(exemption)) {
      this.push(about, {
        verdict: "exempt",
        message: `${found} Allowed until ${exemption.expires}: ${exemption.reason}`,
      });
    } else if (unknown !== undefined) {
      this.push(about, { verdict: "undecided", message: `${found} ${this.rule.what}`, unknown });
    } else {
      this.push(about, { verdict: "violation", message: explain(this.rule, found) });
    }
  }

  private push(about: Resource | undefined, outcome: Pick<Outcome, "verdict" | "message" | "unknown">): void {
    const { rule, config } = this;
    this.outcomes.push({
      rule: rule.name,
      level: config.level,
      ...outcome,
      ...(about && { resource: { urn: about.subject.urn, name: about.name, type: about.type } }),
    });
  }

  private holds(exemption: Exemption): boolean {
    return this.today <= exemption.expires;
  }
}

/** When a rule is judged, and how. */
export interface Circumstances {
  readonly config: RuleConfig;
  /** YYYY-MM-DD; exemptions expire by it. */
  readonly today: string;
}

/** What a `resource` rule says about a resource as it comes; expired exemptions are told of with the stack. */
export function judgeResource(rule: Rule, resource: Resource, { config, today }: Circumstances): readonly Outcome[] {
  const judgement = new Judgement(rule, config, today);
  if (resource.type === stackType) judgement.expire();
  if (rule.types.includes(resource.type)) {
    judgement.run(resource, (report) => {
      rule.checkResource(resource, emptyStack, report, config.parameters);
    });
  }
  return judgement.outcomes;
}

/** What a `relation` or `stack` rule says about all resources together. */
export function judgeStack(rule: Rule, stack: Stack, { config, today }: Circumstances): readonly Outcome[] {
  const judgement = new Judgement(rule, config, today);
  judgement.expire();
  if (rule.judges === "stack") {
    judgement.run(undefined, (report) => {
      rule.checkStack(stack, report, config.parameters);
    });
  } else {
    for (const resource of stack.ofType(...rule.types)) {
      judgement.run(resource, (report) => {
        rule.checkResource(resource, stack, report, config.parameters);
      });
    }
  }
  return judgement.outcomes;
}

/** What all rules that are not disabled say about a stack, in the order of the rules. */
export function judge(
  rules: readonly Rule[],
  subjects: readonly Subject[],
  config: PackConfig,
  today: string,
): readonly Outcome[] {
  const stack = new Stack(subjects.map((subject) => new Resource(subject)));
  return rules.flatMap((rule) => {
    const ruleConfig = config.get(rule.name);
    if (ruleConfig === undefined || ruleConfig.level === "disabled") return [];
    const circumstances = { config: ruleConfig, today };
    if (rule.judges !== "resource") return judgeStack(rule, stack, circumstances);
    return stack.ofType(stackType, ...rule.types).flatMap((resource) => judgeResource(rule, resource, circumstances));
  });
}
