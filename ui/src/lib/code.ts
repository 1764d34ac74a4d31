// What every code editor of these pages shares: keys, folding, brackets and colours out of the design tokens.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent-text)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--ok-text)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.atom], color: "var(--info-text)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--text-faint)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--text-soft)" },
  { tag: [tags.labelName, tags.typeName, tags.function(tags.variableName)], color: "var(--warn-text)" },
]);

const theme = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--text)", fontSize: "var(--size-m)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--text)", paddingBlock: "var(--gap-2)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 26%, transparent)",
  },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--text-faint)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent) 6%, transparent)" },
  ".cm-activeLineGutter": { color: "var(--text)" },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--warn) 22%, transparent)" },
  ".cm-matchingBracket": { backgroundColor: "color-mix(in srgb, var(--ok) 25%, transparent)", outline: "none" },
  ".cm-foldPlaceholder": { background: "var(--idle-tint)", border: "none", color: "var(--text-soft)" },
  ".cm-tooltip": {
    backgroundColor: "var(--surface-raised)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius-m)",
    boxShadow: "var(--shadow-m)",
    fontFamily: "var(--font)",
    maxWidth: "30rem",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 8px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent)", color: "var(--text-on-accent)" },
  ".cm-completionDetail": { color: "var(--text-faint)", fontStyle: "normal", marginLeft: "1rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionIcon": { display: "none" },
  ".cm-completionInfo": { padding: "var(--gap-2) var(--gap-3)", fontSize: "var(--size-s)", lineHeight: "1.5" },
  ".cm-hover": { padding: "var(--gap-2) var(--gap-3)", fontSize: "var(--size-s)", lineHeight: "1.5" },
  ".cm-hover strong": { fontFamily: "var(--font-mono)" },
  ".cm-diagnostic": { padding: "var(--gap-2) var(--gap-3)", fontSize: "var(--size-s)", lineHeight: "1.5" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--bad)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--warn)" },
  ".cm-diagnosticAction": {
    background: "var(--accent)",
    color: "var(--text-on-accent)",
    borderRadius: "var(--radius-s)",
    padding: "2px 8px",
  },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad) 1px", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--warn) 1px",
    textUnderlineOffset: "3px",
  },
  ".cm-panels": { backgroundColor: "var(--surface-sunken)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-textfield, .cm-button": {
    background: "var(--surface)",
    border: "1px solid var(--line-control)",
    borderRadius: "var(--radius-s)",
    color: "var(--text)",
  },
  ".cm-changedLine, .cm-deletedChunk": { backgroundColor: "color-mix(in srgb, var(--warn) 9%, transparent)" },
  "&.cm-merge-a .cm-changedLine": { backgroundColor: "var(--bad-tint)" },
  "&.cm-merge-b .cm-changedLine": { backgroundColor: "var(--ok-tint)" },
  "&.cm-merge-a .cm-changedText": { background: "color-mix(in srgb, var(--bad) 18%, transparent)" },
  "&.cm-merge-b .cm-changedText": { background: "color-mix(in srgb, var(--ok) 18%, transparent)" },
  // The signs that the library puts around are in few fonts.
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '""', margin: 0 },
  ".cm-collapsedLines": { background: "var(--surface-sunken)", color: "var(--text-soft)" },
});

/** Letters and colours alone, for a text that is only shown. */
export const codeLook: Extension = [theme, syntaxHighlighting(colours)];

/** An editor of code. Tab indents; Escape and then Tab leaves it. */
export function codeEditor(label: string): Extension {
  return [
    codeLook,
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ icons: false, activateOnTypingDelay: 60 }),
    highlightSelectionMatches(),
    EditorView.contentAttributes.of({
      "aria-label": label,
      "aria-description": "Tab indents. Escape and then Tab leaves the text.",
      spellcheck: "false",
      tabindex: "0",
    }),
    keymap.of([
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...completionKeymap,
      ...lintKeymap,
      indentWithTab,
    ]),
  ];
}

/** The gutter and the active line of an editor of whole files. */
export const wholeFile: Extension = [lineNumbers(), foldGutter(), highlightActiveLine(), highlightActiveLineGutter()];
