import { structureOf, xmlOf } from "../../../../rehearsal/aws/api/queryProtocol";

test("results as XML: structures, lists, dates, what is absent, and text that means something in XML", () => {
  const result = {
    MachineReconciler: [{ Name: 'a<b>&"c"', Size: 2, Protected: false, Gone: undefined }],
    At: new Date(0),
    Nothing: [],
  };
  expect(xmlOf(result)).toBe(
    "<MachineReconciler><member><Name>a&lt;b&gt;&amp;&quot;c&quot;</Name><Size>2</Size><Protected>false</Protected></member></MachineReconciler>" +
      "<At>1970-01-01T00:00:00.000Z</At><Nothing></Nothing>",
  );
});

test("a form as the structure that it spells", () => {
  const form = new URLSearchParams(
    "Name=g&Template.Id=lt-1&Template.Overrides.member.2.Type=b&Template.Overrides.member.1.Type=a" +
      "&Ids.member.1=i-1&Ids.member.10=i-10&Ids.member.2=i-2&Tags.member.1.Key=member",
  );
  expect(structureOf(form)).toEqual({
    Name: "g",
    Template: { Id: "lt-1", Overrides: [{ Type: "a" }, { Type: "b" }] },
    Ids: ["i-1", "i-2", "i-10"],
    Tags: [{ Key: "member" }],
  });
});
