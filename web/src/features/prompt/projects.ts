/** What a new project can be made with, as the server tells it. */
import { useEffect, useState } from "react";
import { send } from "../../stream/commands";
import { type Limits, limitsOf, NO_LIMITS } from "./left";

/** What a new project can be made with; the first target and the null model are the defaults. */
export interface Choices {
  targets: readonly string[];
  /** The server's model, null where it has none and plans offline. */
  model: string | null;
  limits: Limits;
}

/** What the server says can be chosen; the least it can do until it has answered. */
export function useChoices(): Choices {
  const [choices, setChoices] = useState<Choices>({ targets: ["fastapi"], model: null, limits: NO_LIMITS });
  useEffect(() => {
    let wanted = true;
    send("GET", "/api/settings")
      .then((response) => response.json())
      .then((body: unknown) => wanted && setChoices(choicesOf(body)))
      .catch(() => undefined); // The defaults hold; sending a prompt will tell what is wrong.
    return () => {
      wanted = false;
    };
  }, []);
  return choices;
}

function choicesOf(body: unknown): Choices {
  const { targets, model } = record(body);
  const named = Array.isArray(targets) ? targets.filter((one) => typeof one === "string") : [];
  return {
    targets: named.length > 0 ? named : ["fastapi"],
    model: typeof model === "string" && model !== "offline" ? model : null,
    limits: limitsOf(record(body)),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
