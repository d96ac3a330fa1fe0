// An administrator who has the disk and the command line, on a copy or on the
// place itself: signs in as every officer with passwords just reset, has accounts
// and keys of their own in both parties, and tries every way to what is sealed, as
// told on standard input. Each attempt is answered "closed" where the key does not
// fit, "refused" where the program does not even hand out the box, or with what it gave.
//
//   {url, script, passwords: {desk1, desk2, eye1, eye2, thief1 … thief4}, passphrases, marker}
//
// passphrases, where they are told, are those of the right people, who come last:
// they show that what stayed closed can be opened.

import { readFileSync } from 'node:fs'

const told = JSON.parse(readFileSync(0, 'utf8'))
const seal = await import(told.script)
const cookies = {}
const attempts = {}
const renewed = 'Lighthouse-7391-brass'

async function api(who, method, path, body) {
  const r = await fetch(told.url + '/api/v1' + path, { method, headers: { Cookie: cookies[who] ?? '', 'X-Qingshao': '1', 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) })
  const out = await r.json().catch(() => ({}))
  if (!r.ok) throw Object.assign(new Error(`${method} ${path} as ${who}: ${r.status} ${JSON.stringify(out)}`), { status: r.status })
  if (r.headers.has('set-cookie')) cookies[who] = r.headers.get('set-cookie').split(';')[0]
  return out
}

/** attempt notes what became of a way in. */
async function attempt(what, f) {
  try {
    attempts[what] = JSON.stringify(await f())
  } catch (e) {
    const refused = [403, 404, 409, 422].includes(e.status)
    attempts[what] = refused ? `refused: ${e.message}` : /^no identity matched|passphrase/.test(e.message) ? 'closed' : String(e)
  }
}

for (const [login, password] of Object.entries(told.passwords)) {
  await api(login, 'POST', '/session', { login, password })
  await api(login, 'POST', '/me/password', { old: password, new: renewed })
}

// Keys of their own in both parties. An accomplice cannot let them in; whoever takes
// an officer's name can.
const own = {}
for (const [who, party, by] of [['thief1', 'desk', 'thief2'], ['thief2', 'desk', 'thief1'], ['thief3', 'oversight', 'thief4'], ['thief4', 'oversight', 'thief3']]) {
  const pair = await seal.newKey('a-passphrase-of-their-own')
  const ring = await api(who, 'POST', '/seal/keys', { party, recipient: pair.recipient, wrapped: pair.wrapped })
  const made = ring.keys.find((k) => k.recipient === pair.recipient)
  if (who === 'thief1') await attempt('a key compared by an accomplice', () => api(by, 'POST', `/seal/keys/${made.id}/confirm`, { version: made.version, form: { fingerprint: pair.fingerprint } }))
  await api('desk1', 'POST', `/seal/keys/${made.id}/confirm`, { version: made.version, form: { fingerprint: pair.fingerprint } })
  own[who] = { id: made.id, ...pair }
}
const identities = Object.values(own).map((k) => k.identity)

const list = await api('desk1', 'GET', '/sealed-tips?limit=2')
const insider = await api('desk1', 'GET', `/sealed-tips/${list.items.find((t) => t.mode === 'insider').id}`)
const confidential = await api('desk1', 'GET', `/sealed-tips/${list.items.find((t) => t.mode === 'confidential').id}`)
const key = {}
for (const who of ['desk1', 'desk2', 'eye1', 'eye2']) key[who] = (await api(who, 'GET', '/seal')).keys.find((k) => k.mine && k.state === 'active')

for (const who of ['desk1', 'eye1']) {
  for (const [n, guess] of [told.passwords[who], renewed, who, 'password', '00000000'].entries()) await attempt(`the wrapped key of ${who}, guess ${n}`, () => seal.unlock(key[who].wrapped, guess))
}
const inside = insider.parts.find((p) => p.part === 'report').id
await attempt('an insider’s report with an own key', () => api('thief1', 'POST', `/envelopes/${inside}/look`))
const look = await api('desk1', 'POST', `/envelopes/${inside}/look`)
for (const [i, x] of identities.entries()) await attempt(`an insider’s report in a colleague’s name, key ${i}`, () => seal.openWhole(look.body, look.sealed, x))
const { items } = await api('desk1', 'GET', `/seal/keys/${own.thief1.id}/shares?from=${key.desk1.id}`)
for (const [i, x] of identities.entries()) await attempt(`a share re-sealed to an own key, key ${i}`, () => seal.reseal(items[0].sealed, x, own.thief1.recipient))
for (const [mode, file] of Object.entries({ confidential, insider })) {
  const envelope = file.parts.find((p) => p.part === 'contact').id
  await attempt(`who wrote the ${mode} report, own people and keys`, async () => {
    const o = await api('thief1', 'POST', '/openings', { envelope_id: envelope, key_id: own.thief1.id, reason: '核发举报奖励，核对领取人' })
    const pass = await api('thief3', 'POST', `/openings/${o.id}/share`)
    return seal.reseal(pass.sealed, own.thief3.identity, own.thief1.recipient)
  })
  const tryAll = async (what, box) => {
    for (const [i, x] of identities.entries()) await attempt(`${what}, key ${i}`, () => seal.openParted(box.body, box.own, box.passed, x))
  }
  // What the right people opened is still approved; the box is handed out in their name.
  const open = file.openings.find((o) => o.state === 'opened')
  await tryAll(`the ${mode} report that was opened`, await api('desk1', 'POST', `/openings/${open.id}/open`))
  const o = await api('desk2', 'POST', '/openings', { envelope_id: envelope, key_id: key.desk2.id, reason: '核发举报奖励，核对领取人' })
  const pass = await api('eye2', 'POST', `/openings/${o.id}/share`)
  for (const [i, x] of identities.entries()) await attempt(`the oversight’s share of the ${mode} report, key ${i}`, () => seal.reseal(pass.sealed, x, pass.recipient))
  // Whoever holds the server can say that the oversight agreed, with a share that is none.
  await api('eye2', 'POST', `/openings/${o.id}/approve`, { sealed: await seal.sealText('0'.repeat(77), own.thief1.recipient) })
  await tryAll(`the ${mode} report in the names of both`, await api('desk2', 'POST', `/openings/${o.id}/open`))
}

let right
if (told.passphrases) {
  const desk = await seal.unlock(key.desk1.wrapped, told.passphrases.desk1)
  const box = await api('desk1', 'POST', `/openings/${insider.openings.find((o) => o.state === 'opened').id}/open`)
  right = seal.readJSON(await seal.openParted(box.body, box.own, box.passed, desk)).name
}
console.log(JSON.stringify({ attempts, right }))
