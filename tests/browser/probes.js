// What a test asks of an open page: an object of functions, each of which returns plain values.
({
  sections() {
    return [...document.querySelectorAll("main section")].map((section) => {
      const box = section.getBoundingClientRect();
      return { name: section.querySelector("h2").id, width: box.width, height: box.height };
    });
  },
  emptyDrawings() {
    return [...document.querySelectorAll("figure svg")].filter((svg) => {
      const box = svg.getBBox();
      return box.width < 50 || box.height < 20 || svg.clientWidth < 200;
    }).map((svg) => svg.getAttribute("aria-label"));
  },
  cutOffLabels() {
    return [...document.querySelectorAll("figure svg")].flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      return [...svg.querySelectorAll("text")].filter((text) => {
        const box = text.getBoundingClientRect();
        return box.left < frame.left - 1 || box.right > frame.right + 1
          || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
      }).map((text) => `${svg.getAttribute("aria-label")}: ${text.textContent}`);
    });
  },
  overlappingLabels() {
    return [...document.querySelectorAll("figure svg")].flatMap((svg) => {
      const texts = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
      return texts.flatMap(([name, one], index) => texts.slice(index + 1).filter(([, other]) =>
        Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
        && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4,
      ).map(([other]) => `${svg.getAttribute("aria-label")}: ${name} / ${other}`));
    });
  },
  overflow() {
    return document.documentElement.scrollWidth - innerWidth;
  },
  background() {
    return getComputedStyle(document.body).backgroundColor;
  },
  policies() {
    return [...document.querySelectorAll(".board tbody th")].map((cell) => cell.textContent);
  },
  shown(selector) {
    return [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility()).length;
  },
  openDetails() {
    document.querySelectorAll("details").forEach((details) => { details.open = true; });
  },
  async violations() {
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map((entry) => `${entry.id}: ${entry.nodes.map((node) => node.target).join(", ")}`);
  },
})
