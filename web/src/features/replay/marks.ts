/** The places of a log worth going to: where runs, steps and files begin, and how runs end. */
import type { ForgeEvent } from "../../events.gen";

export interface Mark {
  seq: number;
  kind: "run" | "step" | "file" | "end";
  label: string;
}

const STEPS = { planning: "Planning", generating: "Generating", validating: "Validating", repairing: "Repairing" };

/** The marks of these events, in their order. */
export function marksOf(events: readonly ForgeEvent[]): Mark[] {
  const marks: Mark[] = [];
  let runs = 0;
  const mark = (seq: number, kind: Mark["kind"], label: string) => marks.push({ seq, kind, label });
  for (const event of events) {
    switch (event.type) {
      case "run:started":
        runs += 1;
        mark(event.seq, "run", `Run ${runs}`);
        break;
      case "step:start":
        mark(event.seq, "step", event.round > 0 ? `${STEPS[event.step]}, round ${event.round}` : STEPS[event.step]);
        break;
      case "file:generating":
        mark(event.seq, "file", event.path);
        break;
      case "complete":
        mark(event.seq, "end", `Version ${event.version}`);
        break;
      case "error":
        mark(event.seq, "end", "Failed");
        break;
      case "run:cancelled":
        mark(event.seq, "end", "Stopped");
        break;
    }
  }
  return marks;
}

/** The last mark at `seq` or before it. */
export function markAt(marks: readonly Mark[], seq: number): Mark | undefined {
  return marks.findLast((one) => one.seq <= seq);
}

/** The first mark beyond `seq`. */
export function markAfter(marks: readonly Mark[], seq: number): Mark | undefined {
  return marks.find((one) => one.seq > seq);
}

/** The last mark before `seq`. */
export function markBefore(marks: readonly Mark[], seq: number): Mark | undefined {
  return marks.findLast((one) => one.seq < seq);
}
