(() => {
  "use strict";
  const root = document.documentElement;

  // Which language a reader chose last; a browser may forbid that anything is kept.
  const kept = (store, value) => {
    try {
      if (value !== undefined) store().setItem("diaban-language", value);
      return store().getItem("diaban-language");
    } catch {
      return null;
    }
  };
  const links = [...document.querySelectorAll(".languages a")];
  for (const link of links) {
    link.addEventListener("click", () => {
      kept(() => localStorage, link.hreflang);
      link.hash = location.hash;
    });
  }
  const finder = document.querySelector(".find");
  const wanted = links.find(link => link.hreflang === kept(() => localStorage));
  const entered = kept(() => sessionStorage) === null;
  kept(() => sessionStorage, root.lang);
  if (finder && entered && wanted) {
    location.replace(wanted.href);
    return;
  }

  // A number leads to its row, also where the table is folded; a browser that does so itself loses nothing.
  const named = () => {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return null;
    }
  };
  const unfold = () => {
    const sought = location.hash.length > 1 && named();
    if (!sought) return;
    for (let e = sought; e; e = e.parentElement) if (e.localName === "details") e.open = true;
    sought.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  document.addEventListener("click", event => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) setTimeout(unfold);
  });
  unfold();

  // The same folding as places/names.py: lower case, no diacritics, đ is d, ß is ss.
  const fold = text => text.toLowerCase().replaceAll("đ", "d").replaceAll("ß", "ss").normalize("NFD")
    .replace(/\p{M}/gu, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

  if (finder) {
    const box = finder.querySelector("input"), count = finder.querySelector("output");
    const list = finder.querySelector("ul");
    const places = [...document.querySelectorAll("table.sorted tbody th a")];
    const found = () => {
      const sought = fold(box.value);
      const hits = sought ? places.filter(a => ` ${fold(a.textContent)}`.includes(` ${sought}`)) : [];
      list.replaceChildren(...hits.slice(0, 8).map(a => {
        const item = document.createElement("li");
        item.append(a.cloneNode(true));
        return item;
      }));
      count.textContent = sought ? `${hits.length} / ${places.length}` : "";
      return hits;
    };
    box.addEventListener("input", found);
    box.addEventListener("keydown", event => {
      const first = event.key === "Enter" && found()[0];
      if (first) location.assign(first.href);
    });
    finder.hidden = false;
    found();
  }

  // The first number of a cell, as the language of the page writes it; what is not shown goes last.
  const value = cell => {
    const written = /[−-]?\d[\d.,]*/.exec(cell.textContent);
    if (!written) return null;
    const plain = root.lang === "vi" ? written[0].replaceAll(".", "").replace(",", ".")
      : written[0].replaceAll(",", "");
    return parseFloat(plain.replace("−", "-"));
  };
  for (const table of document.querySelectorAll("table.sorted")) {
    const body = table.tBodies[0], rows = [...body.rows].filter(row => !row.classList.contains("whole"));
    const whole = [...body.rows].filter(row => row.classList.contains("whole"));
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, n) => {
      if (!head.classList.contains("sort")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = n > 0 && head.ariaSort !== "descending";
        const sign = down ? -1 : 1;
        const order = n === 0 ? rows : [...rows].sort((a, b) => {
          const [x, y] = [value(a.cells[n]), value(b.cells[n])];
          return x === null || y === null ? (x === null) - (y === null) : sign * (x - y);
        });
        heads.forEach(other => { other.ariaSort = null; });
        head.ariaSort = down ? "descending" : "ascending";
        body.append(...whole, ...order);
      });
    });
    heads[0].ariaSort = "ascending";
    table.classList.add("ready");
  }
})();
