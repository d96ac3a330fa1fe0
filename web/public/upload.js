// Videos and recordings go piece by piece while the form is being filled in: a line
// that breaks goes on where it broke. Nothing is submitted by itself.
"use strict";
(() => {
  const size = 1 << 20, most = 4;
  const rest = (ms) => new Promise((done) => { setTimeout(done, ms); });

  async function ask(path, options) {
    const r = await fetch("/public/upload" + path, options);
    if (r.ok) return r;
    const said = await r.json().catch(() => ({}));
    throw Object.assign(new Error(said.detail || "没有传成，请重新选择"), { status: r.status });
  }

  async function send(file, show) {
    const { id } = await (await ask("", { method: "POST", headers: { "Upload-Length": String(file.size) } })).json();
    let at = 0;
    for (let failed = 0; at < file.size;) {
      try {
        const r = await ask("/" + id, { method: "PATCH", headers: { "Upload-Offset": String(at) }, body: file.slice(at, at + size) });
        at = Number(r.headers.get("Upload-Offset"));
        failed = 0;
        show(at / file.size);
      } catch (e) {
        // A broken line, a server that starts anew, a piece that still hangs: wait, ask
        // how far it got, and go on from there. What is refused for good is said.
        if (++failed > 14 || (e.status && ![409, 422, 429].includes(e.status) && e.status < 500)) throw e;
        show(at / file.size, true);
        await rest(Math.min(500 * 2 ** failed, 15000));
        try { at = Number((await ask("/" + id)).headers.get("Upload-Offset")); } catch (again) { if (again.status === 404) throw again; }
      }
    }
    return id;
  }

  for (const box of document.querySelectorAll("[data-media]")) {
    box.hidden = false;
    const form = box.closest("form"), input = box.querySelector("input[type=file]"), out = box.querySelector("output");
    const button = form.querySelector("button[type=submit]");
    let going = 0;
    for (const kept of form.querySelectorAll("input[name=upload]")) line("已上传的文件", kept).say("已传完");
    function line(name, field) {
      const row = document.createElement("span"), text = document.createElement("span"), off = document.createElement("button");
      row.className = "row";
      off.type = "button";
      off.className = "button plain";
      off.textContent = "移除";
      off.setAttribute("aria-label", "移除 " + name);
      const me = { gone: false, field, say: (s) => { text.textContent = name + "：" + s; } };
      off.addEventListener("click", () => {
        me.gone = true;
        row.remove();
        if (me.field) {
          void fetch("/public/upload/" + me.field.value, { method: "DELETE" });
          me.field.remove();
        }
      });
      row.append(text, off);
      out.append(row);
      return me;
    }
    input.addEventListener("change", async () => {
      const files = [...input.files];
      input.value = "";
      for (const f of files) {
        if (out.querySelectorAll(".row").length >= most) { line(f.name).say("最多 4 段，没有传"); continue; }
        const me = line(f.name);
        going++;
        button.disabled = true;
        me.say("正在上传…");
        try {
          const id = await send(f, (part, broken) => me.say("已传 " + Math.round(part * 100) + "%" + (broken ? "，断了，正在接着传" : "")));
          if (!me.gone) {
            me.field = document.createElement("input");
            me.field.type = "hidden";
            me.field.name = "upload";
            me.field.value = id;
            form.append(me.field);
            me.say("已传完");
          }
        } catch (e) { me.say(e.message); }
        if (--going === 0) button.disabled = false;
      }
    });
  }
})();
