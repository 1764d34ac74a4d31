// What a product's page does: makes the element with its attributes, and hears of its events.
const form = document.getElementById("for");
const here = document.getElementById("here");
const events = document.getElementById("events");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const element = document.createElement("ampline-install");
  for (const [name, value] of new FormData(form)) if (value !== "") element.setAttribute(name, value);
  for (const type of ["installed", "updated", "uninstalled", "error"]) element.addEventListener(type, tell);
  here.replaceChildren(element);
});

function tell({ type, detail }) {
  const entry = document.createElement("li");
  entry.textContent = `${type}: ${detail.message ?? detail.installationId}`;
  events.append(entry);
}
