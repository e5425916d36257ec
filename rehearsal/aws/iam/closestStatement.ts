/** The Allow statement that a denied request misses by the least: the place to look for the missing permission. Pure. */
import { unsatisfiedParts, unsupportedParts } from "./conditions";
import { type AccessRequest, hasAction, hasResource, names, type Policies, type Statement } from "./evaluator";

/** Statement that has the action, with the parts that keep it from allowing the request; undefined: no statement has it. */
export function closestStatement(request: AccessRequest, { identity, resource = [] }: Policies): string | undefined {
  const [closest] = [
    ...identity.map((statement) => ({ statement, parts: missedParts(statement, request) })),
    ...resource.map((statement) => ({
      statement,
      parts: [
        ...(names(statement.principals, request.principal) === undefined ? ["it does not name the caller"] : []),
        ...missedParts(statement, request),
      ],
    })),
  ]
    // A statement that allows the request is not the one that misses.
    .filter(({ statement, parts }) => statement.effect === "Allow" && hasAction(statement, request) && parts.length > 0)
    .sort((left, right) => left.parts.length - right.parts.length);
  return closest && `${closest.statement.name}: ${closest.parts.join("; ")}`;
}

function missedParts(statement: Statement, request: AccessRequest): string[] {
  const { resources = [], condition } = statement;
  const unsupported = unsupportedParts(condition);
  return [
    ...(hasResource(statement, request) ? [] : [`its resources are ${resources.join(", ")}`]),
    ...(unsupported.length > 0 ? unsupported : unsatisfiedParts(condition, request.context)),
  ];
}
