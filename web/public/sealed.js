// What the sealed modes do in the reporter's browser. Loaded only when one of them
// is used; the cryptography is in seal.js.
import * as seal from "/public/seal.js";
import { solve } from "/public/work.js";

const base = "/public/sealed";
const $ = (s, from = document) => from.querySelector(s);

async function ask(path, body) {
  let r;
  try {
    r = await fetch(base + path, body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    throw new Error("没有连上服务器，请检查网络后再试；内容还在本页");
  }
  const out = await r.json().catch(() => ({}));
  if (!r.ok) throw Object.assign(new Error(out.detail || "没有成功，请稍后再试"), { status: r.status });
  return out;
}

async function holders() {
  const c = await ask("/keys");
  if (!c.open) throw new Error("保密渠道暂未开放，请拨打 12345 说明需要保密");
  return c.holders;
}

const typed = (form, ids) => Object.fromEntries(ids.map((n) => [n, $("#" + n, form).value.trim()]));

/** contact seals who reports and hands the rest of the form on to the sealed door. */
export async function contact(form) {
  const who = typed(form, ["who-name", "who-phone", "who-other"]);
  const person = { name: who["who-name"], phone: who["who-phone"], other: who["who-other"] };
  if (!person.name || !(person.phone || person.other)) throw new Error("请填写姓名，以及电话或其他联系方式中的一项");
  form.sealed.value = JSON.stringify(await seal.sealParted(seal.json(person), await holders()));
  form.action = `${base}/report/${form.dataset.report}`;
  form.submit();
}

/** picture draws a photo anew, so that nothing but its pixels goes on; what cannot be drawn is not taken. */
async function picture(f, i) {
  try {
    const img = await createImageBitmap(f, { imageOrientation: "from-image" });
    const by = Math.min(1, 2048 / Math.max(img.width, img.height));
    const c = document.createElement("canvas");
    c.width = Math.max(1, Math.round(img.width * by));
    c.height = Math.max(1, Math.round(img.height * by));
    c.getContext("2d").drawImage(img, 0, 0, c.width, c.height);
    const blob = await new Promise((done) => { c.toBlob(done, "image/jpeg", 0.85); });
    return { type: "image/jpeg", bytes: new Uint8Array(await blob.arrayBuffer()) };
  } catch {
    throw new Error(`第 ${i + 1} 张照片打不开，没有提交；请换一张`);
  }
}

let receipt;

/** insider seals a whole report; the receipt is drawn here and never sent. */
export async function insider(form, say) {
  const told = typed(form, ["told-text", "told-place", "told-when", "told-suspect", "told-how"]);
  if (!told["told-text"]) throw new Error("请写明您知道的情况");
  const files = [...$("#told-photos", form).files];
  if (files.length > 6) throw new Error("最多 6 张照片");
  say("正在处理照片…");
  const photos = [];
  for (let i = 0; i < files.length; i++) photos.push(await picture(files[i], i));
  if (photos.reduce((n, p) => n + p.bytes.length, 0) > 11 << 20) throw new Error("照片合计过大，请减少张数");
  say("正在封存…");
  receipt ??= seal.newReceipt(); // the same one when a broken line makes it go again
  const own = await seal.derive(receipt);
  const to = await holders();
  const desk = to.filter((h) => h.party === "desk").concat({ party: "reporter", id: "", recipient: own.recipient });
  const report = seal.pack({ text: told["told-text"], place: told["told-place"], when: told["told-when"], suspect: told["told-suspect"], how: told["told-how"] }, photos);
  const who = typed(form, ["who-name", "who-phone", "who-other"]);
  const person = { name: who["who-name"], phone: who["who-phone"], other: who["who-other"] };
  const body = { proof: own.proof, reply_to: own.recipient, once: form.dataset.once, report: await seal.sealWhole(report, desk) };
  if (person.name || person.phone || person.other) body.contact = await seal.sealParted(seal.json(person), to);
  say("正在提交…");
  const { number } = await ask("/tell", body);
  return { number, receipt };
}

/** same compares a receipt with what was typed again. */
export const same = (receipt, typed) => seal.digits(receipt) === seal.digits(typed);

export const insiderSecret = (typed) => seal.digits(typed).length === seal.receiptDigits;

/** track opens the conversation; the receipt stays here, only what was derived of it for the server leaves. */
export async function track(number, secret) {
  const own = await seal.derive(secret);
  const { work, bits } = await ask("/work");
  await ask("/track", { number, proof: own.proof, work, nonce: await solve(work, bits) });
  return own;
}

const el = (name, text, cls) => {
  const e = document.createElement(name);
  if (text) e.textContent = text;
  if (cls) e.className = cls;
  return e;
};

function said(item, value) {
  const li = el("li", "", item.part === "reply" ? "" : "me");
  li.append(el("b", item.part === "reply" ? "保密岗" : "我"), " ", el("time", item.at), el("p", value.text, "pre"));
  return li;
}

/** thread shows how the report goes, who asked about its reporter, and what was said. */
export async function thread(box, own) {
  const t = await ask("/thread");
  box.replaceChildren();
  box.append(el("h1", t.number));
  const state = el("section", "", t.closed ? "state done" : "state");
  state.setAttribute("aria-label", "进度");
  state.append(el("p", t.stage, "stage"), el("p", t.note));
  if (!t.closed && t.due) state.append(el("p", `承诺期限：${t.due}`));
  if (t.agency) state.append(el("p", `现在由谁负责：${t.agency}`));
  box.append(state, el("h2", "谁申请过知道您是谁"));
  if (t.looked.length === 0) box.append(el("p", "没有人申请过。", "hint"));
  else {
    const ul = el("ul", "", "said");
    for (const l of t.looked) {
      const li = el("li");
      li.append(el("b", l.state), " ", el("time", l.at), el("p", `理由：${l.reason}${l.answer ? `；不同意的理由：${l.answer}` : ""}${l.opened ? `；${l.opened} 开启` : ""}`));
      ul.append(li);
    }
    box.append(ul);
  }
  box.append(el("h2", "内容与往来"));
  const list = el("ol", "", "said");
  for (const item of t.items) {
    const bytes = await seal.openWhole(item.body, item.sealed, own.identity);
    if (item.part === "report") {
      const { value, files } = seal.unpack(bytes);
      const li = said(item, value);
      for (const f of files) {
        const img = new Image();
        img.alt = "我提交的照片";
        img.src = URL.createObjectURL(new Blob([f.bytes], { type: f.type }));
        img.className = "told-photo";
        li.append(img);
      }
      list.append(li);
    } else list.append(said(item, seal.readJSON(bytes)));
  }
  const form = el("form");
  form.autocomplete = "off";
  const label = el("label", "", "field");
  const text = el("textarea");
  text.rows = 3;
  text.maxLength = 2000;
  text.required = true;
  label.append(el("span", "补充情况或提问"), text);
  const wrong = el("p", "", "wrong");
  wrong.setAttribute("role", "alert");
  const act = el("p", "", "actions");
  const send = el("button", "封存并发送", "button");
  const leave = el("button", "退出查询", "button plain");
  leave.type = "button";
  act.append(send, leave);
  form.append(label, wrong, act);
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    send.disabled = true;
    wrong.textContent = "";
    try {
      const to = (await holders()).filter((h) => h.party === "desk").concat({ party: "reporter", id: "", recipient: own.recipient });
      await ask("/say", await seal.sealWhole(seal.json({ text: text.value.trim() }), to));
      await thread(box, own);
    } catch (x) {
      wrong.textContent = x.message;
      send.disabled = false;
    }
  });
  leave.addEventListener("click", async () => {
    await ask("/leave", {}).catch(() => undefined);
    location.replace("/public/");
  });
  box.append(list, form);
}
