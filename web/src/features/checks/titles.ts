/** What each check asks, in the words of the page. */
import type { CheckState } from "../../events.gen";

const TITLES: Record<CheckState["check"], string> = {
  syntax: "Syntax",
  lint: "Style",
  boot: "Starts",
  contract: "Serves its contract",
  operations: "Operations",
  rules: "Rules",
  authorization: "Authorization",
  tests: "Contract tests",
  fuzz: "Fuzzing",
  security: "Security",
  audit: "Dependencies",
  performance: "Performance",
};

/** A check of a newer server is shown by its own name. */
export function checkTitle(check: string): string {
  return (TITLES as Record<string, string>)[check] ?? check;
}
