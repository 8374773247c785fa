// Checks of a page as it is shown, run inside it. Each returns what is wrong, as lines; none means well.

// Text whose contrast with what is behind it is below 4.5 (WCAG 2.2, 1.4.3).
function weakContrast() {
  const rgba = (text) => {
    const parts = text.match(/[\d.]+/g).map(Number);
    return [parts[0], parts[1], parts[2], parts.length > 3 ? parts[3] : 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const luminance = (colour) => {
    const linear = colour.slice(0, 3).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), canvas);
  };
  const found = new Map();
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) continue;
    if (element.closest(".hidden") || element.closest(".skip")) continue;
    seen += 1;
    const back = behind(element);
    const colour = over(rgba(getComputedStyle(element).color), back);
    const [light, dark] = [luminance(colour), luminance(back)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) found.set(`${element.tagName.toLowerCase()}.${element.className}`, `${ratio.toFixed(2)} "${walker.currentNode.data.trim().slice(0, 40)}"`);
  }
  return {seen, wrong: [...found].map(([what, how]) => `${what} ${how}`)};
}

// What sticks out of the window, apart from what scrolls in a box of its own.
function overflowing() {
  const wide = document.documentElement.clientWidth;
  const wrong = [];
  if (document.documentElement.scrollWidth > wide) wrong.push(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${wide}`);
  for (const element of document.body.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.right > wide + 0.5 && !element.closest(".scroll") && element.checkVisibility()) {
      wrong.push(`${element.tagName.toLowerCase()}.${element.className} ends at ${box.right.toFixed(0)} of ${wide}`);
    }
  }
  return wrong.slice(0, 10);
}

// What a reader who hears the page, or walks it by keyboard, would miss.
function inaccessible() {
  const wrong = [];
  const one = (selector) => document.querySelectorAll(selector).length === 1 || wrong.push(`not exactly one ${selector}`);
  ["main", "body > header", "body > footer", "nav[aria-label]", "h1", "html[lang]", "title"].forEach(one);
  let level = 0;
  for (const heading of document.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) wrong.push(`${heading.tagName} "${heading.textContent.slice(0, 40)}" follows h${level}`);
    level = next;
  }
  for (const table of document.querySelectorAll("table")) {
    const named = table.caption || table.closest("[aria-labelledby],[aria-label]");
    if (!named) wrong.push(`a table without a name: ${table.className}`);
    if (!table.querySelector("thead th[scope=col]")) wrong.push(`a table without column headers: ${table.className}`);
    for (const row of table.tBodies[0].rows) if (!row.querySelector("th[scope=row]")) { wrong.push(`a row without header: ${table.className}`); break; }
  }
  for (const cell of document.querySelectorAll("td")) {
    if (!cell.textContent.trim()) { wrong.push(`an empty cell in ${cell.closest("table").className}: by colour alone`); break; }
  }
  for (const box of document.querySelectorAll(".scroll")) if (box.tabIndex !== 0) wrong.push("a box that scrolls and no key reaches");
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  if (new Set(ids).size !== ids.length) wrong.push("an id stands twice");
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    if (!document.getElementById(decodeURIComponent(link.hash.slice(1)))) { wrong.push(`a link to nothing: ${link.hash}`); break; }
  }
  for (const link of document.querySelectorAll("[href],[src]")) {
    const address = link.getAttribute("href") ?? link.getAttribute("src");
    if (!address.startsWith("#") && address !== "data:,") wrong.push(`it leads elsewhere: ${address}`);
  }
  return wrong;
}
