// The replay: all panels show one instant. Times are in ticks, places in units; see replay/payload.py.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const root = document.getElementById("r-player");
  if (!root) return;
  const data = JSON.parse(document.getElementById("r-data").textContent);
  const BOARD = data.glyphs.length, PER_ROW = 4, STEP = 11.5, SERVED = [3, 6], QUEUES = 4, LOW = 25;
  const AIMS = ["to pick up", "to hand over", "to charge", "to park"];
  const { floor, max, min, round } = Math, clamp = (value, low, high) => min(max(value, low), high);
  const find = (query, within = root) => within.querySelector(query);
  const play = find(".r-play"), scrub = find(".r-scrub"), speed = find(".r-speed"), follow = find(".r-follow");
  const zoom = find(".r-zoom"), aims = find(".r-aims"), said = find(".r-said"), head = find(".r-now"), outage = find(".r-outage"), still = find(".r-still");
  let now = 0, isPlaying = false, frame = 0, before = 0;

  // Rows of numbers as columns; the first few are differences from the row before.
  const columns = (flat, width, sums) => {
    const number = flat.length / width, found = [];
    for (let column = 0; column < width; column++) {
      const values = new Int32Array(number);
      for (let row = 0, sum = 0; row < number; row++) {
        const value = flat[row * width + column];
        values[row] = column < sums ? (sum += value) : value;
      }
      found.push(values);
    }
    return found;
  };
  // Number of entries not after a time.
  const until = (times, time) => {
    let low = 0, high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const clock = (time) => {
    const s = round(data.from + time * data.tick), two = (n) => String(n).padStart(2, "0");
    return `${floor(s / 3600)}:${two(floor(s / 60) % 60)}:${two(s % 60)}`;
  };
  const within = ([x, y, width, height], px, py) => px >= x && py >= y && px <= x + width && py <= y + height;
  const make = (tag, attributes, parent) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const name in attributes) node.setAttribute(name, attributes[name]);
    if (parent) parent.append(node);
    return node;
  };
  // Set an attribute, or the text, only if it is new: the browser then leaves the rest alone.
  const set = (node, name, value) => {
    const known = (node.known ??= {});
    if (known[name] === value) return;
    known[name] = value;
    if (name === "text") node.textContent = value;
    else node.setAttribute(name, value);
  };
  const show = (node, isShown) => set(node, "display", isShown ? "inline" : "none");

  const panels = data.panels.map((panel, index) => {
    const element = root.querySelectorAll(".r-panel")[index];
    const views = [...element.querySelectorAll(".r-map")].map((svg, number) => {
      const [x, y, width, height, glyph, text] = data.views[number], live = find(".r-live", svg);
      live.textContent = "";
      svg.setAttribute("aria-label", `Map: ${panel.name}`);
      const marks = data.marks.map(() => ({ layer: make("g", {}, live), known: new Map() }));
      const lines = make("g", {}, live), texts = make("g", {}, live), fleet = make("g", {}, live);
      // What lies in the next view is left to it.
      const inner = data.views[number + 1];
      const shows = (px, py) => within(data.views[number], px, py) && !(inner && within(inner, px, py));
      const side = (py) => (2 * (py - y) > height ? 1 : -1);
      return {
        svg, x, y, width, height, glyph, text, marks, shows, side,
        lines: data.vehicles.map(() => make("line", { class: "r-aim", display: "none" }, lines)),
        texts: data.labels[number].map((y, place) => y === null ? null : make("text", {
          class: "r-served", x: data.xy[2 * place], y, style: `font-size:${text}px`,
        }, texts)),
        vehicles: data.vehicles.map((name, vehicle) => {
          const node = make("g", { "data-vehicle": vehicle }, fleet);
          make("title", {}, node).textContent = name;
          make("circle", { class: "r-ring", r: 9 }, node);
          const shape = make("path", {}, node), load = make("text", { class: "r-load", x: 6, y: -3, style: "font-size:8px" }, node);
          const cell = panel.battery[vehicle].length ? make("path", { class: "r-cell" }, node) : null;
          return { node, shape, load, cell };
        }),
      };
    });
    return {
      element, views, name: panel.name, end: panel.end,
      cost: columns(panel.cost, 1, 1)[0],
      orders: Object.fromEntries(Object.entries(panel.orders).map(([name, times]) => [name, columns(times, 1, 1)[0]])),
      tracks: panel.tracks.map((flat) => columns(flat, 4, 3)),
      battery: panel.battery.map((flat) => columns(flat, 2, 2)),
      targets: panel.targets.map((flat) => columns(flat, 4, 1)),
      waits: [panel.awaited, panel.waits].map((flat) => columns(flat, 4, 1)),
      counts: ["open", "done", "late-count", "cost"].map((name) => find(`.r-${name}`, element)),
      info: find(".r-info", element),
    };
  });

  // Where a vehicle is, what it does, and which way it drives.
  const at = ([times, xs, ys, codes], time) => {
    const last = times.length - 1, row = clamp(until(times, time) - 1, 0, last);
    if (last < 0) return null;
    const code = codes[min(row + 1, last)], found = { state: code % BOARD, load: floor(code / BOARD), since: times[row] };
    const dx = row < last ? xs[row + 1] - xs[row] : 0, dy = row < last ? ys[row + 1] - ys[row] : 0;
    const share = dx || dy ? (time - times[row]) / (times[row + 1] - times[row]) : 0;
    return Object.assign(found, { x: xs[row] + share * dx, y: ys[row] + share * dy, dx, dy, group: [] });
  };
  const level = ([times, levels], time) => {
    const row = clamp(until(times, time) - 1, 0, times.length - 2);
    const share = (time - times[row]) / max(times[row + 1] - times[row], 1);
    return levels[row] + min(share, 1) * (levels[row + 1] - levels[row]);
  };
  const aim = ([times, kinds, places, orders], time) => {
    const row = until(times, time) - 1;
    if (row < 0) return null;
    const place = places[row];
    return { kind: kinds[row], order: orders[row], name: data.places[place], x: data.xy[2 * place], y: data.xy[2 * place + 1] };
  };

  const tally = (panel) => {
    const { orders, cost } = panel, time = min(now, panel.end), sample = time / data.length * (cost.length - 1);
    const row = min(floor(sample), cost.length - 2);
    const spent = (cost[row] + (sample - row) * (cost[row + 1] - cost[row])) * data.costUnit;
    const [came, done, late, gone] = ["in", "done", "late", "gone"].map((name) => until(orders[name], now));
    return [came - done - gone, done, late, spent.toFixed(max(0, -round(Math.log10(data.costUnit))))];
  };

  // Marks where something waits to be handed over, then where to be picked up, with their number.
  const drawWaits = (panel) => panel.waits.forEach(([from, ends, places, late], layer) => {
    const found = new Map();
    for (let row = 0, number = until(from, now); row < number; row++) {
      if (ends[row] >= 0 && from[row] + ends[row] <= now) continue;
      const entry = found.get(places[row]) || found.set(places[row], [0, false]).get(places[row]);
      entry[0]++;
      entry[1] ||= late[row] >= 0 && from[row] + late[row] < now;
    }
    for (const view of panel.views) {
      const { layer: parent, known } = view.marks[layer];
      for (const [place, mark] of known) if (!found.has(place)) show(mark.node, false);
      for (const [place, [number, isLate]] of found) {
        const x = data.xy[2 * place], y = data.xy[2 * place + 1];
        if (!view.shows(x, y)) continue;
        let mark = known.get(place);
        if (!mark) {
          const node = make("g", { transform: `translate(${x} ${y})` }, parent);
          mark = { node, shape: make("path", {}, node), count: make("text", { class: "r-count" }, node) };
          known.set(place, mark);
        }
        show(mark.node, true);
        set(mark.shape, "class", `${layer ? "r-wait" : "r-await"}${isLate ? " r-late" : ""}`);
        set(mark.shape, "d", data.marks[layer][isLate ? 1 : 0]);
        const size = view.glyph * min(0.8 + 0.25 * Math.sqrt(number), 2);
        set(mark.shape, "transform", `scale(${size.toFixed(2)})`);
        set(mark.count, "style", `font-size:${round(size * (number < 10 ? 5.2 : number < 100 ? 4.2 : 3))}px`);
        set(mark.count, "text", layer && number > 1 ? String(number) : "");
      }
    }
  });

  const drawVehicles = (panel, followed) => {
    const fleet = panel.tracks.map((track) => at(track, now)), groups = new Map();
    for (const seen of fleet) {
      if (!seen || seen.dx || seen.dy) continue;
      const key = `${seen.x},${seen.y}`;
      seen.group = groups.get(key) || groups.set(key, []).get(key);
      seen.group.push(seen);
    }
    const isWaiting = (seen) => !SERVED.includes(seen.state);
    for (const group of groups.values()) group.sort((one, two) => isWaiting(one) - isWaiting(two) || one.since - two.since);
    const close = zoom.checked && followed >= 0 ? fleet[followed] : null;
    for (const view of panel.views) {
      const isIn = close && view.shows(close.x, close.y);
      const share = isIn ? 0.4 : 1, width = view.width * share, height = view.height * share, glyph = view.glyph * (isIn ? 0.6 : 1);
      const left = isIn ? close.x - width / 2 : view.x, top = isIn ? close.y - height / 2 : view.y;
      set(view.svg, "viewBox", [left, top, width, height].map(round).join(" "));
      fleet.forEach((seen, vehicle) => {
        const { node, shape, load, cell } = view.vehicles[vehicle], line = view.lines[vehicle];
        const isShown = Boolean(seen) && view.shows(seen.x, seen.y);
        show(node, isShown);
        if (!seen) return show(line, false);
        const rank = max(seen.group.indexOf(seen), 0), number = max(seen.group.length, 1);
        const x = seen.x + STEP * glyph * ((rank % PER_ROW) - (min(number, PER_ROW) - 1) / 2);
        const y = seen.y - view.side(seen.y) * STEP * glyph * floor(rank / PER_ROW);
        const angle = seen.dx || seen.dy ? Math.atan2(seen.dy, seen.dx) * 180 / Math.PI : 0;
        set(node, "transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})scale(${glyph})`);
        set(node, "class", `r-vehicle r-s${seen.state}${seen.load ? " r-full" : ""}${vehicle === followed ? " r-followed" : ""}`);
        set(shape, "d", data.glyphs[seen.state]);
        set(shape, "transform", angle ? `rotate(${angle.toFixed(0)})` : "");
        set(load, "text", seen.load > 1 ? String(seen.load) : "");
        if (cell) {
          const left = level(panel.battery[vehicle], now);
          set(cell, "d", `M-5 7.5H5V10H-5ZM-5 8.75H${(left / 10 - 5).toFixed(1)}`);
          set(cell, "class", left < LOW ? "r-cell r-low" : "r-cell");
        }
        const to = aim(panel.targets[vehicle], now), isSent = to && (seen.dx || seen.dy || seen.x !== to.x || seen.y !== to.y);
        seen.aim = isSent ? to : null;
        show(line, Boolean(isShown && isSent && (aims.checked || vehicle === followed)));
        if (!isSent) return;
        for (const [name, value] of [["x1", x], ["y1", y], ["x2", to.x], ["y2", to.y]]) set(line, name, value.toFixed(0));
        set(line, "class", `r-aim r-aim-${to.kind}${vehicle === followed ? " r-followed" : ""}`);
      });
      view.texts.forEach((node, place) => {
        const x = data.xy[2 * place], y = data.xy[2 * place + 1], group = groups.get(`${x},${y}`) || [];
        if (!node || !view.shows(x, y)) return;
        const served = group.filter((seen) => SERVED.includes(seen.state)).length, servers = data.servers[place];
        const queue = group.filter((seen) => seen.state === QUEUES).length;
        set(node, "text", `${servers ? `${served}/${servers}` : ""}${queue ? ` +${queue}` : ""}`);
      });
    }
    panel.info.textContent = followed < 0 || !fleet[followed] ? "" : tell(panel, followed, fleet[followed]);
  };

  const tell = (panel, vehicle, seen) => {
    const words = [`${data.vehicles[vehicle]}: ${data.states[seen.state]}`], to = seen.aim;
    if (to) words[0] += ` ${AIMS[to.kind]}${to.order >= 0 ? ` order ${to.order}` : ""} at ${to.name}`;
    if (seen.load) words.push(`${seen.load} on board`);
    if (panel.battery[vehicle][0].length) words.push(`battery ${round(level(panel.battery[vehicle], now))} %`);
    return words.join(", ");
  };

  const draw = () => {
    const followed = Number(follow.value), seconds = round(now * data.tick);
    for (const panel of panels) {
      tally(panel).forEach((value, index) => set(panel.counts[index], "text", String(value)));
      drawWaits(panel);
      drawVehicles(panel, followed);
    }
    find(".r-clock").textContent = clock(now);
    outage.hidden = !data.outages.some(([from, to]) => now >= from && now < to);
    set(head, "transform", `translate(${(1000 * now / data.length).toFixed(1)} 0)`);
    scrub.value = seconds;
    scrub.setAttribute("aria-valuetext", clock(now));
    root.dataset.time = (data.from + now * data.tick).toFixed(1);
  };
  const say = () => {
    said.textContent = `${clock(now)}. ${panels.map((panel) => {
      const [open, done, late, cost] = tally(panel);
      return `${panel.name}: ${open} open, ${done} done, ${late} late, cost ${cost}.${panel.info.textContent ? ` ${panel.info.textContent}.` : ""}`;
    }).join(" ")}`;
  };
  const seek = (time) => {
    now = clamp(time, 0, data.length);
    draw();
  };
  const tick = (time) => {
    if (!isPlaying) return;
    seek(now + min(time - before, 250) / 1000 * Number(speed.value) / data.tick);
    before = time;
    if (now >= data.length) setPlaying(false);
    else frame = requestAnimationFrame(tick);
  };
  const setPlaying = (wanted) => {
    if (wanted && now >= data.length) seek(0);
    isPlaying = wanted;
    play.textContent = wanted ? "Pause" : "Play";
    root.dataset.playing = wanted;
    cancelAnimationFrame(frame);
    if (!wanted) return say();
    before = performance.now();
    frame = requestAnimationFrame(tick);
  };
  const step = (seconds) => {
    seek(now + seconds / data.tick);
    if (!isPlaying) say();
  };
  const choose = (vehicle) => {
    const number = data.vehicles.length;
    follow.value = vehicle < -1 ? number - 1 : vehicle >= number ? -1 : vehicle;
    draw();
    say();
  };
  const change = (select, by) => {
    select.selectedIndex = clamp(select.selectedIndex + by, 0, select.options.length - 1);
  };
  const toggle = (box, wanted = !box.checked) => {
    box.checked = wanted;
    if (zoom.checked && follow.value === "-1") follow.value = 0;
    draw();
  };

  const KEYS = {
    " ": () => setPlaying(!isPlaying),
    ArrowLeft: (event) => step(event.shiftKey ? -60 : -10),
    ArrowRight: (event) => step(event.shiftKey ? 60 : 10),
    ",": () => step(-1),
    ".": () => step(1),
    Home: () => step(-Infinity),
    End: () => step(Infinity),
    "+": () => change(speed, 1),
    "-": () => change(speed, -1),
    f: () => choose(Number(follow.value) + 1),
    F: () => choose(Number(follow.value) - 1),
    Escape: () => choose(-1),
    z: () => toggle(zoom),
    g: () => toggle(aims),
  };
  root.addEventListener("keydown", (event) => {
    const isPress = event.key === " " || event.key === "Enter";
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.tagName === "SELECT") return;
    if (isPress && (event.target.tagName === "BUTTON" || event.target.type === "checkbox")) return;
    if (!KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key](event);
  });
  play.addEventListener("click", () => setPlaying(!isPlaying));
  find(".r-back").addEventListener("click", () => step(-10));
  find(".r-on").addEventListener("click", () => step(10));
  scrub.addEventListener("input", () => seek(Number(scrub.value) / data.tick));
  scrub.addEventListener("change", say);
  follow.addEventListener("change", () => choose(Number(follow.value)));
  for (const box of [zoom, aims]) box.addEventListener("change", () => toggle(box, box.checked));
  find(".r-strip").addEventListener("click", (event) => seek(data.length * event.offsetX / event.currentTarget.clientWidth));
  root.addEventListener("click", (event) => {
    if (!event.target.closest(".r-map")) return;
    const vehicle = event.target.closest("[data-vehicle]");
    if (vehicle) choose(vehicle.dataset.vehicle === follow.value ? -1 : Number(vehicle.dataset.vehicle));
    root.focus({ preventScroll: true });
  });
  // Buttons elsewhere in the report that show a moment of the day.
  for (const button of document.querySelectorAll("[data-replay-at]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      setPlaying(false);
      follow.value = data.vehicles.indexOf(button.dataset.replayVehicle);
      seek((Number(button.dataset.replayAt) - data.from) / data.tick);
      say();
      root.scrollIntoView();
      root.focus({ preventScroll: true });
    });
  }
  addEventListener("beforeprint", () => {
    setPlaying(false);
    if (now === 0) seek(data.still);
    still.hidden = false;
    still.textContent = `Drawn at ${clock(now)}.`;
  });

  find(".r-bar").hidden = find(".r-options").hidden = find(".r-help", root.parentElement).hidden = false;
  still.hidden = true;
  root.tabIndex = 0;
  scrub.max = round(data.length * data.tick);
  root.dataset.playing = false;
  draw();
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
    // It begins when it comes into sight, and rests while it is out of sight.
    let resumes = true;
    new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting && resumes && !isPlaying) setPlaying(true);
      else if (!entry.isIntersecting && now > 0) {
        resumes = isPlaying;
        if (isPlaying) setPlaying(false);
      }
    }, { rootMargin: "-30% 0px" }).observe(root);
  }
});
