// Officers and reporters in one program, with the script that browsers get: makes
// the keys of two parties, files confidential and insider reports full of markers,
// and opens some of them again, as told on standard input (one JSON object).
// It answers one JSON object.
//
//   {url, script, tokens: {desk1, desk2, eye1, eye2, admin, clerk}, marker, control, position, photos: {sealed, open}, count}

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { withPosition } from '../e2e/photo.mjs'

const told = JSON.parse(readFileSync(0, 'utf8'))
const seal = await import(told.script)
const passphrases = {}
const identities = {}

async function api(who, method, path, body) {
  const r = await fetch(told.url + '/api/v1' + path, { method, headers: { Authorization: `Bearer ${told.tokens[who]}`, 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) })
  const out = await r.json().catch(() => ({}))
  if (!r.ok) throw Object.assign(new Error(`${method} ${path} as ${who}: ${r.status} ${JSON.stringify(out)}`), { status: r.status })
  return out
}

/** refused runs what must not succeed and gives its status. */
async function refused(f) {
  try {
    await f()
  } catch (e) {
    return e.status ?? String(e)
  }
  return 200
}

async function ceremony() {
  const keys = {}
  for (const [who, party] of [['desk1', 'desk'], ['desk2', 'desk'], ['eye1', 'oversight'], ['eye2', 'oversight']]) {
    passphrases[who] = `${told.marker}-${who}-passphrase`
    const pair = await seal.newKey(passphrases[who])
    const ring = await api(who, 'POST', '/seal/keys', { party, recipient: pair.recipient, wrapped: pair.wrapped })
    const made = ring.keys.find((k) => k.recipient === pair.recipient)
    await api(who === 'desk1' ? 'desk2' : 'desk1', 'POST', `/seal/keys/${made.id}/confirm`, { version: 1, form: { fingerprint: pair.fingerprint } })
    keys[who] = made.id
    identities[who] = await seal.unlock(made.wrapped, passphrases[who])
  }
  return keys
}

let visitor = 0
async function visit(path, init) {
  visitor++ // each reporter comes from an address of their own
  const headers = { ...init.headers, 'X-Forwarded-For': `10.${1 + (visitor >> 16)}.${(visitor >> 8) & 255}.${visitor & 255}`, 'User-Agent': `${told.marker.replace(/[^ -~]/g, '')}-agent` }
  const r = await fetch(told.url + path, { ...init, headers })
  return { status: r.status, text: await r.text(), cookie: r.headers.get('set-cookie') }
}

/** photo is one as telephones make it; position is what its reporter does not know to be in it. */
const photo = (base64, position) => withPosition(Buffer.from(base64, 'base64'), position)

const m = (what, i) => `${told.marker}${what}${i}`

async function confidential(i) {
  const { holders } = JSON.parse((await visit('/public/sealed/keys', {})).text)
  const sealed = await seal.sealParted(seal.json({ name: m('姓名', i), phone: m('1380000', i), other: m('微信', i) }), holders)
  const form = new FormData()
  for (const [k, v] of Object.entries({ mode: 'confidential', text: `${told.control}第${i}件，夜间排污`, area: told.area, sealed: JSON.stringify(sealed) })) form.append(k, v)
  // A browser draws the photo anew; this one comes with its position, as from a browser without a canvas.
  form.append('photos', new Blob([photo(told.photos.open, `${told.position}${i}`)], { type: 'image/jpeg' }), `${told.position}.jpg`)
  const r = await visit('/public/sealed/report/other', { method: 'POST', body: form })
  const number = /data-number>([^<]+)</.exec(r.text)?.[1]
  if (!number) throw new Error(`confidential ${i}: ${r.status} ${r.text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').slice(0, 400)}`)
  return number
}

async function insider(i) {
  const { holders } = JSON.parse((await visit('/public/sealed/keys', {})).text)
  const receipt = seal.newReceipt()
  const own = await seal.derive(receipt)
  const desk = holders.filter((h) => h.party === 'desk').concat({ party: 'reporter', id: '', recipient: own.recipient })
  const report = await seal.sealWhole(seal.pack({ text: m('内容', i), place: m('地点', i), when: m('时间', i), suspect: m('单位', i), how: m('岗位', i) }, [{ type: 'image/jpeg', bytes: photo(told.photos.sealed, m('照片', i)) }]), desk)
  const contact = await seal.sealParted(seal.json({ name: m('姓名', i), phone: m('139', i), other: '' }), holders)
  const json = { 'Content-Type': 'application/json' }
  const r = await visit('/public/sealed/tell', { method: 'POST', headers: json, body: JSON.stringify({ proof: own.proof, reply_to: own.recipient, once: `once-${told.marker.length}-${i}-${Date.now()}`, report, contact }) })
  const { number } = JSON.parse(r.text)
  if (!number) throw new Error(`insider ${i}: ${r.status} ${r.text}`)
  const t = await visit('/public/sealed/track', { method: 'POST', headers: json, body: JSON.stringify({ number, proof: own.proof, ...labour(JSON.parse((await visit('/public/sealed/work', {})).text)) }) })
  const cookie = t.cookie.split(';')[0]
  await visit('/public/sealed/say', { method: 'POST', headers: { ...json, Cookie: cookie }, body: JSON.stringify(await seal.sealWhole(seal.json({ text: m('补充', i) }), desk)) })
  return { number, receipt, cookie, own }
}

/** labour does what web/public/work.js does. */
function labour({ work, bits }) {
  for (let n = 0; ; n++) {
    const nonce = n.toString(36)
    if (createHash('sha256').update(`${work}:${nonce}`).digest().readUInt32BE() >>> (32 - bits) === 0) return { work, nonce }
  }
}

async function openTogether(keys, envelope) {
  const reason = '核发举报奖励，核对领取人'
  const o = await api('desk1', 'POST', '/openings', { envelope_id: envelope, key_id: keys.desk1, reason })
  const alone = await refused(() => api('desk1', 'POST', `/openings/${o.id}/open`))
  const admin = await refused(() => api('admin', 'POST', `/openings/${o.id}/open`))
  const pass = await api('eye1', 'POST', `/openings/${o.id}/share`)
  await api('eye1', 'POST', `/openings/${o.id}/approve`, { sealed: await seal.reseal(pass.sealed, identities.eye1, pass.recipient) })
  const eye = await refused(() => api('eye1', 'POST', `/openings/${o.id}/open`))
  const box = await api('desk1', 'POST', `/openings/${o.id}/open`)
  const who = seal.readJSON(await seal.openParted(box.body, box.own, box.passed, identities.desk1))
  const half = await refused(() => seal.openParted(box.body, box.own, box.own, identities.desk1))
  return { who, alone, admin, eye, half: half === 200 ? 'opened' : 'closed' }
}

const keys = await ceremony()
const numbers = []
let last
for (let i = 0; i < told.count; i++) {
  if (i % 2 === 0) numbers.push(await confidential(i))
  else {
    last = await insider(i)
    numbers.push(last.number)
  }
}

const list = await api('desk1', 'GET', '/sealed-tips?limit=2')
const told1 = await api('desk1', 'GET', `/sealed-tips/${list.items.find((t) => t.mode === 'insider').id}`)
const file1 = await api('desk1', 'GET', `/sealed-tips/${list.items.find((t) => t.mode === 'confidential').id}`)
const look = await api('desk2', 'POST', `/envelopes/${told1.parts.find((p) => p.part === 'report').id}/look`)
const { value: report, files } = seal.unpack(await seal.openWhole(look.body, look.sealed, identities.desk2))
const desk = (await api('desk1', 'GET', '/seal')).channel.holders.filter((h) => h.party === 'desk').concat({ party: 'reporter', id: '', recipient: told1.reply_to })
await api('desk1', 'POST', `/sealed-tips/${told1.id}/reply`, await seal.sealWhole(seal.json({ text: m('答复', 0) }), desk))
const thread = JSON.parse((await visit('/public/sealed/thread', { headers: { Cookie: last.cookie } })).text)
const said = []
for (const x of thread.items) if (x.part !== 'report') said.push(seal.readJSON(await seal.openWhole(x.body, x.sealed, last.own.identity)).text)

console.log(JSON.stringify({
  numbers, passphrases, report: report.text, photo: Buffer.from(files[0].bytes).toString('base64'), said, thread: thread.items.length,
  confidential: await openTogether(keys, file1.parts.find((p) => p.part === 'contact').id),
  insider: await openTogether(keys, told1.parts.find((p) => p.part === 'contact').id),
  refusals: {
    'an administrator lists': await refused(() => api('admin', 'GET', '/sealed-tips')),
    'an administrator reads the ring': await refused(() => api('admin', 'GET', '/seal')),
    'a clerk lists': await refused(() => api('clerk', 'GET', '/sealed-tips')),
    'the oversight looks': await refused(() => api('eye1', 'POST', `/envelopes/${told1.parts.find((p) => p.part === 'report').id}/look`)),
  },
  looked: JSON.parse((await visit('/public/sealed/thread', { headers: { Cookie: last.cookie } })).text).looked,
}))
