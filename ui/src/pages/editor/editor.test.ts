// The editor's logic: places in a half-written text, suggestions by the real schema, findings in UTF-16, drafts, and manifests as text.
import { describe, expect, test } from "vitest";

import schema from "../../../../runtime/core/schema/amp.schema.json";
import { suggestions, documentation, type ManifestSchema } from "./assist";
import { Drafts } from "./drafts";
import { changesOf, fromBytes, rangeOf } from "./findings";
import { keyAt, outlineOf, placeAt, siblingsAt } from "./place";
import { manifestOf, namesOf, normalized, withIntegration } from "./print";
import { templates } from "./templates";

const root = schema as unknown as ManifestSchema;

/** The place of `|` in a text. */
function at(text: string): { lines: string[]; line: number; column: number } {
  const before = text.slice(0, text.indexOf("|")).split("\n");
  return { lines: text.replace("|", "").split("\n"), line: before.length - 1, column: before.at(-1)?.length ?? 0 };
}

describe("places", () => {
  test.each([
    ["|", "key", ""],
    ["integrations:\n  - |", "key", "integrations.0"],
    ["integrations:\n- na|", "key", "integrations.0"],
    ["integrations:\n  - name: a\n    |", "key", "integrations.0"],
    ["integrations:\n  - name: a\n  - name: b\n    pro|", "key", "integrations.1"],
    ["integrations:\n  - name: a\n    provider: hub|", "value", "integrations.0.provider"],
    ["integrations:\n  - read:\n      objects:\n        - objectName: x\n          |", "key", "integrations.0.read.objects.0"],
    ["integrations:\n  - read:\n      objects:\n        - a: |\n    proxy: 1", "value", "integrations.0.read.objects.0.a"],
    ["a:\n  b: >\n    k: v\n    - x\n  |", "key", "a"],
    ["a:\n  # note: b\n\n  |", "key", "a"],
    ["a: 1\n|", "key", ""],
  ])("%j", (text, kind, path) => {
    const { lines, line, column } = at(text);
    const place = placeAt(lines, line, column);
    expect([place?.kind, place?.path.join(".")]).toEqual([kind, path]);
  });

  test("a comment has none", () => {
    expect(placeAt(["a: 1 # b"], 0, 8)).toBeUndefined();
  });

  test("the outline names what is read, written and subscribed", () => {
    const text =
      "integrations:\n  - name: crm\n    provider: hubspot\n    read:\n      objects:\n        - objectName: contacts\n    proxy:\n      enabled: true";
    expect(outlineOf(text.split("\n")).map(({ label, note, line }) => `${label} ${note} ${line}`)).toEqual([
      "crm hubspot 1",
      "contacts read 5",
      "proxy  6",
    ]);
  });

  test("a file of 5,000 lines is read in less than a keystroke may take", () => {
    const item =
      "        - objectName: contacts\n          destination: contacts\n          requiredFields:\n            - fieldName: email\n";
    const lines = `integrations:\n  - name: a\n    read:\n      objects:\n${item.repeat(1_250)}`.split("\n");
    // Processor time of this process, the best of several: other programs make little difference.
    const tookMs = Array.from({ length: 5 }, () => {
      const began = process.cpuUsage();
      placeAt(lines, lines.length - 1, 0);
      siblingsAt(lines, lines.length - 2, 10);
      outlineOf(lines);
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1_000;
    });
    expect(Math.min(...tookMs)).toBeLessThan(50);
  });

  test.each([
    ["- a: 1\n  |\n  b: 2\n- c: 3", "a b"],
    ["- |\n  b: 2\n- c: 3", "b"],
    ["x:\n  a: 1\n  |\n  # note\n  b:\n    d: 1\n  c: 3\ny: 1", "a b c"],
  ])("the other keys of the map in %j", (text, keys) => {
    const { lines, line, column } = at(text);
    expect(siblingsAt(lines, line, column).sort().join(" ")).toBe(keys);
  });

  test("the key under the pointer", () => {
    expect(keyAt(["a:", "  - bcd: 1"], 1, 5)).toEqual({ path: ["a", 0, "bcd"], key: "bcd", column: 4 });
    expect(keyAt(["a:", "  - bcd: 1"], 1, 9)).toBeUndefined();
  });
});

describe("suggestions", () => {
  function offered(text: string, known = {}): string[] {
    const { lines, line, column } = at(text);
    const place = placeAt(lines, line, column);
    if (!place) return [];
    return suggestions(root, place, siblingsAt(lines, line, place.indent), known).map((one) => one.label);
  }

  test("keys that are there are left out, as are those of older forms", () => {
    const labels = offered("integrations:\n  - name: a\n    |");
    expect(labels).toContain("provider");
    expect(labels).toContain("read");
    expect(labels).not.toContain("name");
    expect(labels).not.toContain("api");
  });

  test("values are those of the schema and those that the runtime knows", () => {
    expect(offered("specVersion: |")).toContain("1.0.0");
    expect(offered("integrations:\n  - provider: |", { provider: ["hubspot", "salesforce"] })).toEqual(["hubspot", "salesforce"]);
    expect(
      offered(
        "integrations:\n  - read:\n      objects:\n        - backfill:\n            defaultPeriod:\n              fullHistory: |",
      ),
    ).toContain("true");
  });

  test("keys explain themselves", () => {
    expect(documentation(root, ["integrations", 0, "read", "objects", 0, "destination"])?.text).toContain("destination");
  });
});

describe("findings", () => {
  test.each([
    ["abc", [0, 2], [0, 2]],
    ["äb", [2, 3], [1, 2]],
    ["😀x", [4, 5], [2, 3]],
    ["€", [99], [1]],
  ])("offsets of %j", (text, bytes, units) => expect(fromBytes(text, bytes)).toEqual(units));

  test("a fix behind letters of several bytes stands in its place", () => {
    const fix = { title: "", safe: true, edits: [{ start: 5, end: 7, text: "b" }] };
    expect(changesOf("# ü\nxx", fix)).toEqual([{ from: 4, to: 6, insert: "b" }]);
  });

  test.each([
    ["    provder: hubspot", 5, 4, 11],
    [`  a: "x y" # z`, 6, 5, 10],
    ["a", 9, 1, 1],
    ["", 1, 0, 0],
  ])("the range in %j", (line, column, from, to) => expect(rangeOf(line, 0, column)).toEqual({ from, to }));
});

describe("drafts", () => {
  class Room implements Pick<Storage, "getItem" | "setItem" | "removeItem"> {
    readonly kept = new Map<string, string>();
    isFull = false;
    getItem = (key: string): string | null => this.kept.get(key) ?? null;
    setItem = (key: string, value: string): void => {
      if (this.isFull) throw new DOMException("full", "QuotaExceededError");
      this.kept.set(key, value);
    };
    removeItem = (key: string): void => void this.kept.delete(key);
  }

  test("an edit is kept by project, and forgotten once nothing differs", () => {
    const room = new Room();
    const drafts = new Drafts("p", room as unknown as Storage);
    const draft = { text: "b", base: "a", savedAt: 1 };
    expect(drafts.keep("amp.yaml", draft)).toBe(true);
    expect(new Drafts("p", room as unknown as Storage).load("amp.yaml")).toEqual(draft);
    expect(new Drafts("q", room as unknown as Storage).load("amp.yaml")).toBeUndefined();
    expect(drafts.keep("amp.yaml", { ...draft, text: "a" })).toBe(true);
    expect(drafts.load("amp.yaml")).toBeUndefined();
  });

  test("where there is no room it says so; what cannot be read is none", () => {
    const room = new Room();
    const drafts = new Drafts("p", room as unknown as Storage);
    room.isFull = true;
    expect(drafts.keep("amp.yaml", { text: "b", base: "a", savedAt: 1 })).toBe(false);
    room.kept.set("ampline.draft/p/amp.yaml", "{");
    expect(drafts.load("amp.yaml")).toBeUndefined();
  });
});

describe("manifests as text", () => {
  const crm = {
    specVersion: "1.0.0",
    content: { provider: "hubspot", name: "crm", read: { objects: [{ destination: "d", objectName: "o" }] } },
  };

  test("what is deployed reads as people write it", () => {
    expect(manifestOf([crm])).toBe(
      "specVersion: 1.0.0\nintegrations:\n  - name: crm\n    provider: hubspot\n    read:\n      objects:\n        - objectName: o\n          destination: d\n",
    );
  });

  test("layout and comments make no difference", () => {
    const written =
      "# ours\nintegrations: [{provider: hubspot, name: crm, read: {objects: [{objectName: o, destination: d}]}}]\nspecVersion: 1.0.0";
    expect(normalized(written)).toBe(manifestOf([crm]));
    expect(normalized("a: [")).toBe("a: [");
  });

  test("a revision takes its place and leaves the rest as it is written", () => {
    const text =
      "specVersion: 1.0.0\nintegrations:\n  # first\n  - name: other\n    provider: x # kept\n  - name: crm\n    provider: salesforce\n";
    const restored = withIntegration(text, crm);
    expect(restored).toContain("# first");
    expect(restored).toContain("provider: x # kept");
    expect(restored).not.toContain("salesforce");
    expect(namesOf(restored)).toEqual(["other", "crm"]);
  });

  test.each(templates)("$name is YAML in the editor's own layout", ({ text }) => {
    expect(namesOf(text)).toHaveLength(1);
    expect(normalized(text)).not.toContain("null");
  });
});
