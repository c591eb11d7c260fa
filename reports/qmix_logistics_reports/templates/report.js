"use strict";
(() => {
  const root = document.documentElement;
  document.querySelectorAll(".scripted").forEach((element) => { element.hidden = false; });

  const theme = document.getElementById("theme");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (prefersDark.matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; nameTheme(); });
  prefersDark.addEventListener("change", nameTheme);
  nameTheme();

  const key = (row, column) => {
    const cell = row.cells[column];
    const data = cell.querySelector("data");
    const number = data ? Number(data.value) : Number.parseFloat(cell.textContent.replace(/,/g, "").replace("−", "-"));
    return Number.isNaN(number) ? cell.textContent.trim() : number;
  };
  const compare = (one, other) => {
    if (typeof one === typeof other) return typeof one === "number" ? one - other : one.localeCompare(other, "en");
    return typeof one === "number" ? -1 : 1;
  };
  const sort = (table, header, column) => {
    const isUp = header.getAttribute("aria-sort") !== "ascending";
    table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", isUp ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows].map((row, index) => ({ row, index, key: key(row, column) }));
    rows.sort((one, other) => (isUp ? 1 : -1) * compare(one.key, other.key) || one.index - other.index);
    table.tBodies[0].append(...rows.map((entry) => entry.row));
  };
  document.querySelectorAll("table.sortable").forEach((table) => {
    [...table.tHead.lastElementChild.cells].forEach((header, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...header.childNodes);
      button.addEventListener("click", () => sort(table, header, column));
      header.append(button);
    });
  });

  document.querySelectorAll(".copy").forEach((button) => {
    button.addEventListener("click", async () => {
      const code = document.getElementById(button.dataset.copies);
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  });

  const scrollers = document.querySelectorAll(".plot, .scroll, .contents ul");
  const admitKeys = () => scrollers.forEach((element) => {
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  });
  admitKeys();
  addEventListener("resize", admitKeys);
  document.addEventListener("toggle", admitKeys, true);

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((details) => { details.open = false; }));
})();
