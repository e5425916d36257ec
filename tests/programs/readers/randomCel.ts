/** Random CEL expressions, of which about a third have consistent types. */
import fc from "fast-check";
import type { EnvironmentName } from "../../components/access/cel/expressions";
import { library } from "../../../components/access/cel/library.plan";

/** Parts that begin expressions, by environment. */
const starts: Readonly<Record<EnvironmentName, readonly string[]>> = {
  claims: ["claims", "claims.sub", "claims.groups", "claims.?email", "dyn(claims.x)", "claims['a']"],
  user: ["user", "user.username", "user.groups", "user.extra", "user.?uid", "user.extra['a']", "user.name"],
  request: ["request", "request.user", "request.groups", "request.resourceAttributes", "request.resourceAttributes.verb", "request.verb"],
  policy: ["object", "object.spec.x", "oldObject", "request.kind", "request.userInfo", "namespaceObject.metadata.labels", "request.dryRun"],
}; // prettier-ignore

const literals = ["1", "2u", "1.5", "'a'", "''", "b'x'", "true", "null", "[]", "{}", "['a', 'b']", "[1, 2]", "{'a': 1}", "{'a': 'b'}", "type(1)", "string"]; // prettier-ignore
const special = ["duration('1h')", "timestamp('2026-01-01T00:00:00Z')", "quantity('1')", "url('https://a')", "ip('::1')", "semver('1.0.0')", "optional.of('a')", "optional.none()", "format.uuid()"]; // prettier-ignore
const operators = ["==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%", "&&", "||"];
const macros = ["all", "exists", "exists_one", "filter", "map", "sortBy", "optMap", "optFlatMap"];
const methods = [...library.functions].filter(([name, all]) => /^\w+$/.test(name) && all.some(({ method }) => method)).map(([name]) => name); // prettier-ignore
const functions = [...library.functions].filter(([name, all]) => /^\w+(\.\w+)?$/.test(name) && name !== "in" && !name.startsWith("_") && all.some(({ method }) => !method)).map(([name]) => name); // prettier-ignore

export function randomCel(environment: EnvironmentName): fc.Arbitrary<string> {
  const { expression } = fc.letrec<{ expression: string }>((tie) => {
    const leaf = fc.constantFrom(...starts[environment], ...starts[environment], ...literals, ...special, "x", "y");
    const e = tie("expression");
    const args = fc.array(e, { maxLength: 2 }).map((all) => all.join(", "));
    return {
      expression: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        { weight: 4, arbitrary: leaf },
        { weight: 3, arbitrary: fc.tuple(e, fc.constantFrom(...operators), e).map(([a, o, b]) => `(${a} ${o} ${b})`) },
        { weight: 3, arbitrary: fc.tuple(e, fc.constantFrom(...methods), args).map(([a, m, b]) => `${a}.${m}(${b})`) },
        { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...functions), args).map(([f, a]) => `${f}(${a})`) },
        { weight: 3, arbitrary: fc.tuple(e, fc.constantFrom(...macros), e).map(([a, m, b]) => `${a}.${m}(x, ${b})`) },
        { weight: 1, arbitrary: fc.tuple(e, fc.constantFrom("transformList", "transformMap", "all"), e, e).map(([a, m, b, c]) => `${a}.${m}(x, y, ${m === "all" ? `${b} == ${c}` : `${b} == ${b}, ${c}`})`) },
        { weight: 1, arbitrary: fc.tuple(e, e, e).map(([a, b, c]) => `(${a} ? ${b} : ${c})`) },
        { weight: 1, arbitrary: fc.tuple(e, fc.constantFrom("", "?"), e).map(([a, q, b]) => `${a}[${q}${b}]`) },
        { weight: 1, arbitrary: fc.tuple(e, fc.constantFrom(".", ".?"), fc.constantFrom("a", "sub", "username", "value")).map((all) => all.join("")) },
        { weight: 1, arbitrary: fc.tuple(fc.constantFrom("!", "-"), e).map((all) => all.join("")) },
        { weight: 1, arbitrary: e.map((a) => `has(${a}.a)`) },
        { weight: 1, arbitrary: fc.tuple(e, e).map(([a, b]) => `[${a}, ${b}]`) },
        { weight: 1, arbitrary: fc.tuple(e, fc.constantFrom("", "?"), e).map(([a, q, b]) => `{'k': ${a}, ${q}'l': ${b}}`) },
      ),
    }; // prettier-ignore
  });
  // The type of the whole is any; a condition must be bool.
  return fc.oneof(expression, expression.map((e) => `type(${e}) == type(${e})`), expression.map((e) => `${e} == ${e}`)); // prettier-ignore
}
