import { parseForm, renderXml } from "../../../../rehearsal/aws/api/queryProtocol";

test("renders structures, lists and dates as XML, escapes text, and omits undefined members", () => {
  const result = {
    Groups: [{ Name: 'a<b>&"c"', Size: 2, Protected: false, Gone: undefined }],
    At: new Date(0),
    Nothing: [],
  };
  expect(renderXml(result)).toBe(
    "<Groups><member><Name>a&lt;b&gt;&amp;&quot;c&quot;</Name><Size>2</Size><Protected>false</Protected></member></Groups>" +
      "<At>1970-01-01T00:00:00.000Z</At><Nothing></Nothing>",
  );
});

test("parses structures and lists in form parameters", () => {
  const form = new URLSearchParams(
    "Name=g&Template.Id=lt-1&Template.Overrides.member.2.Type=b&Template.Overrides.member.1.Type=a" +
      "&Ids.member.1=i-1&Ids.member.10=i-10&Ids.member.2=i-2&Tags.member.1.Key=member",
  );
  expect(parseForm(form)).toEqual({
    Name: "g",
    Template: { Id: "lt-1", Overrides: [{ Type: "a" }, { Type: "b" }] },
    Ids: ["i-1", "i-2", "i-10"],
    Tags: [{ Key: "member" }],
  });
});
