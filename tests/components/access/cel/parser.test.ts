import { parseCel } from "../../../../components/access/cel/parser.plan";
import type { CelError } from "../../../../components/access/cel/tokens.plan";

test.each([
  "true",
  "claims.email",
  "'corporate:' + claims.email",
  'claims["https://example.com/roles"]',
  "claims.?email_verified.orValue(false) == true",
  "has(claims.groups) && claims.groups.exists(g, g.startsWith('team-'))",
  "!request.user.startsWith('system:') || (request.groups.exists(x, x in ['a', 'b',]))",
  "object.spec.template.spec.containers.all(c, has(c.resources) && quantity(c.resources.limits['cpu']).isLessThan(quantity('2')))",
  "object.spec.replicas <= 3 ? 'few' : object.spec.replicas > 10 ? 'many' : 'some'",
  "[1, 2u, 0xFF, 1.5e3, .5, -4].map(x, x * 2 % 3 / 1 - 1)",
  "{'a': 1, ?'b': optional.of(2)}[?'a'].hasValue() || [?optional.none()].size() == 0",
  'r"\\d+" + b"bytes" + """several\nlines""" + \'it\\\'s\'',
  "type(claims.sub) == string && duration('1h') > duration('5m')",
  "object.metadata.?labels[?'app'].orValue('') != ''",
  "object.spec.foo__dash__bar.size() > 0 // comment",
  "variables.ports.transformList(i, port, i + port).exists(p, p == 80)",
  ".claims.sub == 'x'",
])("valid: %s", (expression) => {
  expect(() => parseCel(expression)).not.toThrow();
});

test.each([
  ["", "empty", 0],
  ["claims.", "unexpected end", 7],
  ["claims.email ==", "unexpected end", 15],
  ["claims.email = 'x'", "unexpected =", 13],
  ["claims.email & true", "unexpected &", 13],
  ["(claims.email", "unexpected end", 13],
  ["claims.groups.exists(g, g == 'a'", "unexpected end", 32],
  ["'open", "unterminated", 0],
  ["a b", "unexpected b", 2],
  ["a ? b", "unexpected end", 5],
  ["[1, 2", "unexpected end", 6 - 1],
  ["{'a' 1}", "unexpected 1", 5],
  ["f(1,)", "unexpected )", 4],
  ["if == 1", "unexpected if", 0],
  ["a..b", "unexpected .", 2],
  ["a && || b", "unexpected ||", 5],
  ["1 +* 2", "unexpected *", 3],
  ["a # b", "unexpected #", 2],
  ["'ab\\d' == ''", "unknown escape sequence \\d", 3],
  ["99999999999999999999 > 1", "too large", 0],
  ["has(claims)", "must be a field", 4],
  ["[1].all(x.y, true)", "name of a variable", 10],
])("invalid: %s", (expression, message, at) => {
  const error = expect.objectContaining({ message: expect.stringContaining(message) as unknown, at }) as CelError;
  expect(() => parseCel(expression)).toThrow(error);
});
