// Components as people use them: by role, name and keyboard.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { createRawSnippet } from "svelte";
import { afterEach, expect, test, vi } from "vitest";

import { ApiError } from "../api/client";
import { Unreachable } from "../transport";
import Button from "./Button.svelte";
import ErrorState from "./ErrorState.svelte";
import Tabs from "./Tabs.svelte";
import VirtualList from "./VirtualList.svelte";

afterEach(cleanup);

const text = (html: string): ReturnType<typeof createRawSnippet> =>
  createRawSnippet(() => ({ render: () => `<span>${html}</span>` }));

test("a busy button cannot be pressed again", async () => {
  const onclick = vi.fn();
  const { rerender } = render(Button, { onclick, children: text("Save") });
  await fireEvent.click(screen.getByRole("button", { name: "Save" }));
  await rerender({ busy: true });
  const busy = screen.getByRole<HTMLButtonElement>("button", { name: "Save" });
  busy.focus();
  await fireEvent.click(busy);
  expect([busy.getAttribute("aria-disabled"), document.activeElement]).toEqual(["true", busy]);
  expect(onclick).toHaveBeenCalledTimes(1);
});

test("an error names everything that is wrong, and what to do", () => {
  const issues = [{ in: "body", name: "metadata.url", detail: "is not an address", remedy: "begin with https" }];
  const body = {
    type: "about:blank",
    title: "Unprocessable",
    detail: "1 thing cannot work",
    remedy: "see `issues`",
    issues,
    requestId: "r1",
  };
  render(ErrorState, { error: new ApiError({ status: 422, headers: {}, body }) });
  const shown = screen.getByRole("alert").textContent;
  for (const part of [
    "Unprocessable",
    "1 thing cannot work.",
    "metadata.url",
    "is not an address: begin with https",
    "See issues.",
    "r1",
  ]) {
    expect(shown).toContain(part);
  }
});

test("a runtime that does not answer is told of as such", async () => {
  const onretry = vi.fn();
  render(ErrorState, { error: new Unreachable("no"), onretry });
  expect(screen.getByRole("alert").textContent).toContain("The runtime does not answer");
  await fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(onretry).toHaveBeenCalledOnce();
});

test("tabs follow the arrows", async () => {
  const onselect = vi.fn();
  const tabs = [
    { key: "a", label: "First" },
    { key: "b", label: "Second" },
  ];
  render(Tabs, { tabs, selected: "a", onselect, label: "Parts" });
  await fireEvent.keyDown(screen.getByRole("tab", { name: "First" }), { key: "ArrowRight" });
  await fireEvent.keyDown(screen.getByRole("tab", { name: "First" }), { key: "ArrowLeft" });
  expect(onselect.mock.calls).toEqual([["b"], ["b"]]);
});

test("a list of a million rows draws few, and is walked by keyboard", async () => {
  const onopen = vi.fn();
  const row = createRawSnippet((item: () => unknown) => ({ render: () => `<span role="gridcell">row ${String(item())}</span>` }));
  const props = {
    rows: (index: number) => index,
    count: 1_000_000,
    key: (one: number) => one,
    label: "Rows",
    row,
    columns: "1fr",
    onopen,
  };
  render(VirtualList<number>, props as never);
  const grid = screen.getByRole("grid", { name: "Rows" });
  expect(grid.getAttribute("aria-rowcount")).toBe("1000000");
  expect(screen.getAllByRole("row").length).toBeLessThan(60);
  for (const key of ["ArrowDown", "ArrowDown", "ArrowUp", "Enter"]) await fireEvent.keyDown(grid, { key });
  expect(onopen).toHaveBeenCalledWith(1);
});

test("the keyboard's row stays itself when others come in front of it, and nothing moves below the first", async () => {
  const [onopen, onscrolled] = [vi.fn(), vi.fn()];
  const row = createRawSnippet((item: () => unknown) => ({ render: () => `<span role="gridcell">row ${String(item())}</span>` }));
  const list = (items: string[]): Record<string, unknown> => ({
    rows: (index: number) => items[index],
    count: items.length,
    key: (one: string) => one,
    indexOf: (key: string) => (items.includes(key) ? items.indexOf(key) : undefined),
    label: "Rows",
    row,
    columns: "1fr",
    onopen,
    onscrolled,
  });
  const { rerender } = render(VirtualList<string>, list(["c", "b", "a"]) as never);
  const press = (key: string): Promise<unknown> => fireEvent.keyDown(screen.getByRole("grid"), { key });
  expect(onscrolled).toHaveBeenLastCalledWith(true);
  await press("ArrowDown");
  expect(onscrolled).toHaveBeenLastCalledWith(false);
  await rerender(list(["e", "d", "c", "b", "a"]));
  await press("Enter");
  expect(onopen).toHaveBeenLastCalledWith("b");
  await press("Home");
  expect(onscrolled).toHaveBeenLastCalledWith(true);
  await rerender(list(["f", "e"]));
  await press("Enter");
  expect(onopen).toHaveBeenLastCalledWith("f");
});
