# What a machine does about each authority. Of `want`: {kind: {stage, trust}}, what the settings order; `have`: what this
# machine holds, {kind: {trust, leaves}}; `members`: {kind: [names]} whose word counts; `reports`: {name: have}, what they say;
# `nodes`: {name: {trust, leaves}}, what the workers say of the cluster's authority. Fingerprints; the first one issues.
def same(one; other): (one | unique) == (other | unique);

def parties($kind):
  .reports as $said
  | [(.members[$kind] // [])[] | {name: ., holds: $said[.][$kind]}]
    + if $kind == "kubernetes" then [.nodes | to_entries[] | {name: .key, holds: .value}] else [] end;

def names: map(.name) | if length > 5 then .[:5] + ["\(length - 5) more"] else . end | join(", ");

def decide($kind):
  .want[$kind].trust as $want | .have[$kind].trust as $old | parties($kind) as $parties
  | if $old == $want then {do: "nothing"}
    elif $old[0] != $want[0] and (same($old; $want) | not) then
      {do: "refuse", why: "\($kind): the settings skip a stage: they issue from one authority and change which are trusted"}
    elif $old[0] != $want[0] then
      [$parties[] | select(.holds.trust // [] | index($want[0]) | not)] as $late
      | if $late == [] then {do: "issue"}
        else {do: "wait", why: "\($kind): \($late | names) do not trust \($want[0]) yet"} end
    else
      ($old - $want) as $gone
      | [$parties[] | select((.holds.leaves // "") as $from | $from == "" or ($gone | index($from)))] as $late
      | if $gone == [] or $late == [] then {do: "trust"}
        else {do: "wait", why: "\($kind): \($late | names) still use \($gone | join(", "))"} end
    end;

# Every machine is through with what is ordered.
def settled($kind):
  .want[$kind].trust as $want
  | all(parties($kind)[]; .holds.trust == $want and .holds.leaves == $want[0]);

. as $all
| {
    decisions: ([.have | keys[] | {key: ., value: (. as $kind | $all | decide($kind))}] | from_entries),
    settled: ([.have | keys[] | select(. as $kind | $all | settled($kind)) | {key: ., value: $all.want[.].stage}] | from_entries)
  }
