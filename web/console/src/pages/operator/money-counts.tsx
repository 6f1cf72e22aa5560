/* What is counted of money, with its charts and the rows behind each number: a file of its own, since whoever works off what
 * waits needs none of it. */
import { Failed, Failures } from "./money-failed";
import { PlanMoves, PlanTrade } from "./money-plans";
import { Postings } from "./money-postings";
import { Takings } from "./money-takings";

const PARTS = {
  takings: Takings,
  plans: PlanTrade,
  failed: Failed,
  postings: Postings,
  moves: PlanMoves,
  failures: Failures,
};
export type Counted = keyof typeof PARTS;

export default function Counts({ part }: { part: Counted }) {
  const Shown = PARTS[part];
  return <Shown />;
}
