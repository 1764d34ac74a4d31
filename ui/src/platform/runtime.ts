// The runtime of the desk in words and colours.
import type { Tone } from "../components/tones";
import type { Choice, Standing } from "./desk.svelte";

/** What a choice is called. */
export function nameOf(choice: Choice): string {
  if (choice.kind === "own") return "This machine";
  return choice.kind === "profile" ? choice.name : (choice.path.split("/").pop() ?? choice.path);
}

/** How the chosen runtime stands. */
export function stateOf({ choice, local, trouble }: Standing): { tone: Tone; label: string; pulse?: boolean } {
  if (choice.kind === "profile")
    return trouble === null ? { tone: "ok", label: "Elsewhere" } : { tone: "bad", label: "No way there" };
  switch (local?.state) {
    case "running":
      return { tone: "ok", label: local.ours ? "Running" : "Running, started elsewhere" };
    case "starting":
      return { tone: "info", label: "Starting", pulse: true };
    case "stopping":
      return { tone: "info", label: "Stopping", pulse: true };
    case "failed":
      return { tone: "bad", label: "Failed" };
    default:
      return trouble === null ? { tone: "idle", label: "Stopped" } : { tone: "bad", label: "Cannot start" };
  }
}
