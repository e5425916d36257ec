import distance from "damerau-levenshtein";

/** Candidate that the text probably meant (at most a third of its letters differ, case aside), or undefined. */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  // A text far longer than any name is no misspelling of one, and the comparison would take long.
  if (text.length > 64) return undefined;
  const ranked = Array.from(candidates, (candidate) => ({
    candidate,
    edits: distance(text.toLowerCase(), candidate.toLowerCase()).steps,
  }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((left, right) => left.edits - right.edits);
  return ranked[0]?.candidate;
}

/** End of a message about an unknown name: the nearest known one, or all of them. */
export function suggest(text: string, known: readonly string[]): string {
  const meant = nearest(text, known);
  return meant === undefined ? `choose from ${known.join(", ")}` : `did you mean ${meant}?`;
}
