// The small computation that a receipt's look-up asks for: a number after which
// SHA-256 begins with so many zero bits. It makes guessing dear and asks nothing
// about who looks. Without it the form works too, only seldomer.
const K = new Uint32Array(64), H = new Uint32Array(8);
for (let n = 2, i = 0; i < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
  if (!prime) continue;
  if (i < 8) H[i] = Math.floor((Math.sqrt(n) % 1) * 4294967296);
  K[i++] = Math.floor((Math.cbrt(n) % 1) * 4294967296);
}
const W = new Uint32Array(64), rot = (x, n) => (x >>> n) | (x << (32 - n));
function sha256(bytes) {
  const blocks = (bytes.length + 72) >> 6, m = new Uint8Array(blocks << 6), h = H.slice();
  m.set(bytes);
  m[bytes.length] = 0x80;
  const view = new DataView(m.buffer);
  view.setUint32(m.length - 4, bytes.length * 8);
  for (let b = 0; b < m.length; b += 64) {
    for (let i = 0; i < 16; i++) W[i] = view.getUint32(b + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = W[i - 15], y = W[i - 2];
      W[i] = (W[i - 16] + (rot(x, 7) ^ rot(x, 18) ^ (x >>> 3)) + W[i - 7] + (rot(y, 17) ^ rot(y, 19) ^ (y >>> 10))) | 0;
    }
    let [a, c1, c2, d, e, f, g, z] = h;
    for (let i = 0; i < 64; i++) {
      const t = (z + (rot(e, 6) ^ rot(e, 11) ^ rot(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const u = ((rot(a, 2) ^ rot(a, 13) ^ rot(a, 22)) + ((a & c1) ^ (a & c2) ^ (c1 & c2))) | 0;
      z = g; g = f; f = e; e = (d + t) | 0; d = c2; c2 = c1; c1 = a; a = (t + u) | 0;
    }
    h[0] += a; h[1] += c1; h[2] += c2; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += z;
  }
  return h;
}

const text = new TextEncoder();

/** solve finds the number, in steps short enough that the page stays alive. */
export async function solve(challenge, bits) {
  for (let n = 0; ; await new Promise((go) => { setTimeout(go, 0); })) {
    for (const until = performance.now() + 30; performance.now() < until;) {
      const nonce = (n++).toString(36);
      if (bits === 0 || sha256(text.encode(`${challenge}:${nonce}`))[0] >>> (32 - bits) === 0) return nonce;
    }
  }
}

// The form begins to compute when somebody types, and goes when it is done. An
// insider's receipt (24 digits) is not sent by it at all: entry.js has that.
const form = document.querySelector("form[data-work]");
if (form) {
  const { work, bits } = form.dataset;
  let solving;
  const start = () => (solving ??= solve(work, Number(bits)).then((nonce) => {
    form.work.value = work;
    form.nonce.value = nonce;
  }));
  form.addEventListener("input", start, { once: true });
  form.addEventListener("submit", (e) => {
    if (e.defaultPrevented || (form.secret?.value ?? "").replace(/[^0-9０-９]/g, "").length === 24) return;
    e.preventDefault();
    form.querySelector("button[type=submit]").disabled = true;
    form.querySelector("[data-working]").hidden = false;
    start().then(() => form.submit());
  });
}
