"use strict";
(() => {
  const root = document.documentElement;
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  function speak(lang) {
    root.lang = lang;
    each("[data-lang]", (button) => button.setAttribute("aria-pressed", String(button.dataset.lang === lang)));
    each("[data-ja][data-en]", (element) => { element.textContent = element.dataset[lang]; });
  }

  const wanted = new URLSearchParams(location.search).get("lang") || navigator.language.slice(0, 2);
  speak(wanted === "ja" ? "ja" : "en");
  each(".tools, #filter", (element) => { element.hidden = false; });
  each("[data-lang]", (button) => button.addEventListener("click", () => speak(button.dataset.lang)));
  document.getElementById("print").addEventListener("click", () => window.print());

  const form = document.getElementById("filter");
  if (!form) return;
  const from = Number(form.dataset.from);
  const choices = [...form.querySelectorAll("select")];
  const rows = [...document.querySelectorAll(`#${form.dataset.table} tbody tr`)];
  const texts = rows.map((row) => [...row.cells].map((cell) => cell.textContent));
  const said = [...form.querySelectorAll("output span")].map((span) => [span, span.textContent]);

  function filter() {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, place) => {
      const cells = texts[place];
      const found = cells.slice(from).join(" ").toLowerCase();
      const fits = words.every((word) => found.includes(word)) && choices.every(({ value, name, dataset }) =>
        !value || value === (dataset.column ? cells[dataset.column] : row.dataset[name]));
      row.hidden = !fits;
      shown += fits;
    });
    said.forEach(([span, pattern]) => { span.textContent = pattern.replace("{shown}", shown.toLocaleString("en")); });
  }

  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
})();
