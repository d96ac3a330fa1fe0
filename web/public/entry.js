// What a script adds to pages that work without one: the present position, a
// look at the chosen photos, a draft that never sends itself, printing.
"use strict";
(() => {
  const one = (s, from = document) => from.querySelector(s);

  const print = one("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  // The sealing scripts are fetched only when a sealed mode is used, each held
  // against the hash that the page names.
  async function sealing() {
    const root = document.documentElement.dataset;
    for (const name of ["work", "seal", "sealed"]) {
      await new Promise((done, fail) => {
        const s = document.createElement("script");
        s.type = "module";
        s.src = `/public/${name}.js`;
        s.integrity = root[name];
        s.addEventListener("load", done);
        s.addEventListener("error", () => fail(new Error("封存脚本没有通过核对，内容没有发出；请刷新页面，仍不行请拨打 12345")));
        document.head.append(s);
      });
    }
    return import("/public/sealed.js");
  }
  const wrong = (p, x) => {
    p.textContent = x.message || "没有成功，请刷新页面后重试";
    p.hidden = false;
    p.scrollIntoView({ block: "center" });
  };

  const told = one("form[data-insider]");
  if (told) {
    told.hidden = false;
    const box = one("[data-receipt]"), bad = one("p[data-wrong]"), button = one("button[type=submit]", told);
    const leaving = (e) => e.preventDefault();
    told.addEventListener("submit", async (e) => {
      e.preventDefault();
      button.disabled = true;
      bad.hidden = true;
      const busy = one("[data-busy]", told);
      try {
        const part = await sealing();
        const r = await part.insider(told, (s) => { busy.textContent = s; });
        told.remove();
        one("[data-number]", box).textContent = r.number;
        one("[data-secret]", box).textContent = r.receipt;
        box.hidden = false;
        window.addEventListener("beforeunload", leaving);
        one("[data-again]", box).addEventListener("input", (i) => {
          const ok = part.same(r.receipt, i.target.value);
          one("[data-same]", box).textContent = ok ? "一致，可以离开本页了。" : "";
          if (ok) window.removeEventListener("beforeunload", leaving);
        });
        one("h2", box).scrollIntoView();
      } catch (x) {
        busy.textContent = "";
        wrong(bad, x);
        button.disabled = false;
      }
    });
  }

  const track = one("form[data-track]");
  if (track) {
    track.addEventListener("submit", async (e) => {
      if (track.secret.value.replace(/[^0-9０-９]/g, "").length !== 24) return;
      e.preventDefault(); // an insider's receipt: it must not leave the browser
      const button = one("button", track), bad = one("p[data-wrong]");
      button.disabled = true;
      bad.hidden = true;
      try {
        const part = await sealing();
        const own = await part.track(track.number.value, track.secret.value);
        await part.thread(one("[data-thread]"), own);
      } catch (x) {
        wrong(bad, x);
        button.disabled = false;
      }
    });
  }

  const form = one("form[data-report]");
  if (!form) {
    // A receipt means that the report has arrived: its draft is of no more use.
    if (one("[data-secret]")) {
      for (const k of Object.keys(localStorage)) if (k.startsWith("qs-draft-")) localStorage.removeItem(k);
    }
    return;
  }

  const place = one("[data-place]", form), located = one("[data-located]", form);
  if (navigator.geolocation && window.isSecureContext) {
    place.hidden = false;
    one("[data-locate]", place).addEventListener("click", () => {
      located.textContent = "正在定位…";
      navigator.geolocation.getCurrentPosition(
        (p) => {
          form.lng.value = p.coords.longitude.toFixed(6);
          form.lat.value = p.coords.latitude.toFixed(6);
          located.textContent = `已取得位置，误差约 ${Math.round(p.coords.accuracy)} 米`;
          void around();
        },
        () => { located.textContent = "没有取得位置，请选择区域或填写地址"; },
        { enableHighAccuracy: true, timeout: 15000 },
      );
    });
  }

  // Public reports close by are offered before one's own is sent, and only to
  // whoever reports publicly: the others ask nothing about their place.
  const nearby = one("[data-near]", form);
  async function around() {
    nearby.hidden = true;
    if (form.mode.value !== "public" || !form.lng.value) return;
    try {
      const q = new URLSearchParams({ kind: form.dataset.report, lng: form.lng.value, lat: form.lat.value });
      const list = await (await fetch("/public/near?" + q)).json();
      one("ul", nearby).replaceChildren(...list.map((n) => {
        const li = document.createElement("li");
        const say = document.createElement("p");
        say.textContent = `${n.text}（${n.place ? n.place + "，" : ""}约 ${n.metres} 米，${n.day}，${n.stage}）`;
        const too = document.createElement("button");
        too.type = "button";
        too.className = "button plain";
        too.textContent = "我也看到了";
        too.addEventListener("click", () => {
          const f = document.createElement("form");
          f.method = "post";
          f.action = "/public/echo";
          const number = document.createElement("input");
          number.type = "hidden";
          number.name = "number";
          number.value = n.number;
          f.append(number);
          document.body.append(f);
          f.submit();
        });
        li.append(say, too);
        return li;
      }));
      nearby.hidden = list.length === 0;
    } catch { /* an offer only: without it the report is sent as it is */ }
  }

  const photos = one("[data-photos]", form), thumbs = one("[data-thumbs]", form);
  // A photo is drawn anew where it is larger than a screen needs, and always when
  // the report is not a public one: that leaves behind where and with what it was
  // taken before it leaves this browser. What cannot be drawn is sent as it is; the
  // server judges it.
  const side = 2560;
  async function redrawn(f) {
    try {
      const img = await createImageBitmap(f, { imageOrientation: "from-image" });
      const by = Math.min(1, side / Math.max(img.width, img.height));
      if (by === 1 && f.size < 1500000 && form.mode.value === "public") return f;
      const c = document.createElement("canvas");
      c.width = Math.round(img.width * by);
      c.height = Math.round(img.height * by);
      c.getContext("2d").drawImage(img, 0, 0, c.width, c.height);
      const blob = await new Promise((done) => { c.toBlob(done, "image/jpeg", 0.85); });
      return blob ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : f;
    } catch { return f; }
  }
  let chosen = [], drawing = Promise.resolve();
  async function draw() {
    const list = await Promise.all(chosen.map(redrawn));
    const box = new DataTransfer();
    for (const f of list) box.items.add(f);
    photos.files = box.files;
    thumbs.replaceChildren();
    if (chosen.length > 6) thumbs.append("最多 6 张，请重新选择");
    for (const f of list.slice(0, 6)) {
      const img = new Image();
      img.alt = f.name;
      img.src = URL.createObjectURL(f);
      img.addEventListener("load", () => URL.revokeObjectURL(img.src));
      thumbs.append(img);
    }
  }
  const redraw = () => { drawing = drawing.then(draw); };
  photos.addEventListener("change", () => {
    chosen = [...photos.files];
    redraw();
  });

  // The draft stays in this browser, for the public mode only, and is never sent
  // by itself. Contact details are not kept.
  const key = "qs-draft-" + form.dataset.report;
  const kept = ["text", "suspect", "address", "area"];
  const open = () => form.mode.value === "public";
  const secret = () => form.mode.value === "confidential";
  const person = one("[data-person]", form);
  for (const l of form.querySelectorAll("[data-script]")) l.hidden = false;
  const contact = one("[data-contact]", form);
  const follow = () => {
    contact.hidden = !open();
    person.hidden = !secret();
    if (!open()) {
      form.contact.value = "";
      localStorage.removeItem(key);
    }
  };
  form.addEventListener("input", () => {
    if (!open()) return;
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(kept.map((n) => [n, form[n].value]))));
  });
  form.addEventListener("change", follow);
  for (const r of form.querySelectorAll("input[name=mode]")) r.addEventListener("change", () => {
    void around();
    if (chosen.length > 0) redraw(); // from the photos as they were chosen
  });
  if (!form.text.value) {
    try {
      for (const [n, v] of Object.entries(JSON.parse(localStorage.getItem(key) || "{}"))) if (kept.includes(n)) form[n].value = v;
    } catch { localStorage.removeItem(key); }
  }
  follow();

  form.addEventListener("submit", async (e) => {
    const button = one("button[type=submit]", form);
    button.disabled = true;
    if (open()) return;
    e.preventDefault();
    await drawing;
    if (!secret()) {
      form.submit();
      return;
    }
    try {
      await (await sealing()).contact(form);
    } catch (x) {
      wrong(one("[data-wrong]", person), x);
      button.disabled = false;
    }
  });
})();
