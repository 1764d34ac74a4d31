// The editor of amp.yaml: YAML with completion and documentation by the manifest's schema. Findings come from the runtime.
import { startCompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { yaml } from "@codemirror/lang-yaml";
import { setDiagnostics, type Diagnostic } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import { type EditorView, hoverTooltip, type Tooltip } from "@codemirror/view";

import schema from "../../../../runtime/core/schema/amp.schema.json";
import { codeEditor, wholeFile } from "../../lib/code";
import { documentation, suggestions, type KnownValues, type ManifestSchema } from "./assist";
import { changesOf, rangeOf, type Finding } from "./findings";
import { isRemark, keyAt, placeAt, siblingsAt } from "./place";

/** Findings that are underlined at most, as each costs something at every keystroke. */
const UNDERLINED_MAX = 500;

const manifest = schema as unknown as ManifestSchema;

/** Everything but the text. `known` is asked at every completion, as destinations come and go. */
export function manifestEditor(known: () => KnownValues): Extension {
  return [
    codeEditor("amp.yaml"),
    wholeFile,
    yaml(),
    hoverTooltip(hover),
    yamlCompletion((context) => complete(context, known())),
  ];
}

function yamlCompletion(source: (context: CompletionContext) => CompletionResult | null): Extension {
  const { language } = yaml();
  return language.data.of({ autocomplete: source });
}

function complete(context: CompletionContext, known: KnownValues): CompletionResult | null {
  const { doc } = context.state;
  const line = doc.lineAt(context.pos);
  // Asked at every key: a remark costs nothing, however long the text is.
  if (isRemark(line.text.slice(0, context.pos - line.from))) return null;
  const lines = doc.toString().split("\n");
  const place = placeAt(lines, line.number - 1, context.pos - line.from);
  if (!place || (place.kind === "key" && place.written === "" && !context.explicit && line.text.trim() !== "-")) return null;
  const names = siblingsAt(lines, line.number - 1, place.indent);
  const options = suggestions(manifest, place, names, known).map((one, index) => {
    const detail = one.isRequired ? `${one.detail} · required` : one.detail;
    const more = one.info === "" ? {} : { info: one.info };
    return {
      label: one.label,
      detail,
      type: one.kind,
      boost: -index,
      ...more,
      apply: (view: EditorView, _: unknown, from: number, to: number) => {
        view.dispatch({
          changes: { from, to, insert: one.text },
          selection: { anchor: from + one.text.length },
          userEvent: "input.complete",
        });
        if (one.kind === "property") startCompletion(view);
      },
    };
  });
  return options.length === 0 ? null : { from: line.from + place.from, options, validFor: /^[\w./*"' -]*$/ };
}

function hover(view: EditorView, position: number): Tooltip | null {
  const line = view.state.doc.lineAt(position);
  const lines = view.state.doc.toString().split("\n");
  const found = keyAt(lines, line.number - 1, position - line.from);
  const meaning = found && documentation(manifest, found.path);
  if (!found || !meaning) return null;
  const pos = line.from + found.column;
  return { pos, end: pos + found.key.length, above: true, create: () => ({ dom: told(found.key, meaning) }) };
}

function told(key: string, { type, text }: { type: string; text: string }): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "cm-hover";
  const head = document.createElement("strong");
  head.textContent = key;
  dom.append(head, type === "" ? "" : ` ${type}`, document.createElement("br"), text);
  return dom;
}

/** Underlines findings, each with its fix. */
export function showFindings(view: EditorView, findings: readonly Finding[]): void {
  const { doc } = view.state;
  const diagnostics = findings.slice(0, UNDERLINED_MAX).map((finding): Diagnostic => {
    const line = doc.line(Math.min(Math.max(1, finding.line), doc.lines));
    const remedy = finding.suggestion === undefined ? "" : `\n${finding.suggestion}`;
    const fix = finding.fix;
    const actions = fix ? [{ name: fix.title, apply: (editor: EditorView) => applyFix(editor, fix) }] : [];
    const place = rangeOf(line.text, line.from, finding.column);
    return { ...place, severity: finding.severity, message: `${finding.message}${remedy}`, source: finding.rule, actions };
  });
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

/** Writes what a fix says, as one step that can be undone. */
export function applyFix(view: EditorView, fix: NonNullable<Finding["fix"]>): void {
  view.dispatch({ changes: changesOf(view.state.doc.toString(), fix), userEvent: "input.fix" });
  view.focus();
}

/** Puts the cursor at a line and a column, both counted from 1, and shows them. */
export function openAt(view: EditorView, line: number, column: number): void {
  const found = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
  const anchor = Math.min(found.from + column - 1, found.to);
  view.dispatch({ selection: { anchor }, scrollIntoView: true });
  view.focus();
}
