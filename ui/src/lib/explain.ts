// An error in words for people: what is wrong, each thing of a request that is, and what to do.
import { ApiError, type Schemas } from "../api/client";
import { Unreachable } from "../transport";

/** What can be shown of an error. */
export interface Explanation {
  title: string;
  detail: string;
  remedy?: string | undefined;
  issues: Schemas["RequestIssue"][];
  requestId?: string | undefined;
  isOffline: boolean;
}

/** Explains an error of any kind. */
export function explain(error: unknown): Explanation {
  if (error instanceof ApiError) {
    const { title, detail, remedy, issues, requestId } = error.problem;
    return {
      title: title === "" ? "The runtime refused" : title,
      detail: sentence(detail),
      remedy: remedy === undefined ? undefined : sentence(remedy),
      issues: issues ?? [],
      requestId: requestId === "" ? undefined : requestId,
      isOffline: false,
    };
  }
  if (error instanceof Unreachable) {
    return {
      title: "The runtime does not answer",
      detail: "What you see may be out of date. These pages try again by themselves.",
      remedy: "Look whether `ampline run` still runs, and at its log.",
      issues: [],
      isOffline: true,
    };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { title: "Something went wrong on this page", detail: sentence(detail), issues: [], isOffline: false };
}

/** The API speaks in fragments; pages speak in sentences. */
export function sentence(fragment: string): string {
  const text = fragment.trim();
  if (text === "") return text;
  const head = /^[`"'\d]/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(head) ? head : `${head}.`;
}
