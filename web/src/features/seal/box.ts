// The console's hold on the sealing script: the same file that reporters' browsers
// load. Unlocked private keys live in this module's memory, and only for a while.

export interface Holder { party: 'desk' | 'oversight' | 'reporter'; id: string; recipient: string }
export interface Envelope { parted: boolean; body: string; shares: { party: Holder['party']; key_id: string; sealed: string }[] }
export interface Pair { recipient: string; fingerprint: string; wrapped: string; identity: string }

export interface SealCode {
  newKey: (passphrase: string) => Promise<Pair>
  unlock: (wrapped: string, passphrase: string) => Promise<string>
  wrap: (identity: string, passphrase: string) => Promise<string>
  paperKey: () => Promise<{ recipient: string; fingerprint: string; identity: string }>
  reseal: (share: string, identity: string, recipient: string) => Promise<string>
  openParted: (body: string, own: string, passed: string, identity: string) => Promise<Uint8Array>
  openWhole: (body: string, share: string, identity: string) => Promise<Uint8Array>
  openText: (sealed: string, identity: string) => Promise<string>
  sealText: (text: string, recipient: string) => Promise<string>
  sealWhole: (content: Uint8Array, holders: Holder[]) => Promise<Envelope>
  sealParted: (content: Uint8Array, holders: Holder[]) => Promise<Envelope>
  json: (value: unknown) => Uint8Array
  readJSON: (b: Uint8Array) => unknown
  unpack: (b: Uint8Array) => { value: Record<string, unknown>; files: { type: string; bytes: Uint8Array }[] }
}

const url = '/public/seal.js'

/** sealCode loads the sealing script when it is first needed. */
export function sealCode(): Promise<SealCode> {
  return import(/* @vite-ignore */ url) as Promise<SealCode>
}

const idle = 10 * 60_000
const unlocked = new Map<string, string>()
let timer: ReturnType<typeof setTimeout> | undefined

function keepAwake() {
  clearTimeout(timer)
  timer = setTimeout(() => unlocked.clear(), idle)
}

export function remember(keyId: string, identity: string) {
  unlocked.set(keyId, identity)
  keepAwake()
}

export function recalled(keyId: string): string | undefined {
  const found = unlocked.get(keyId)
  if (found) keepAwake()
  return found
}

/** lock forgets every private key. */
export function lock() {
  unlocked.clear()
  clearTimeout(timer)
}

// Without what is easily mistaken when read aloud or copied by hand.
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

/** suggest draws a passphrase of five groups, 98 bits. */
export function suggest(random: (n: number) => Uint8Array = (n) => crypto.getRandomValues(new Uint8Array(n))): string {
  const out: string[] = []
  while (out.length < 20) for (const b of random(32)) if (b < 248 && out.length < 20) out.push(letters[b % 31])
  return out.join('').match(/.{4}/g)!.join('-')
}

/** weak says in a sentence what is wrong with a passphrase, "" when nothing is. */
export function weak(passphrase: string): string {
  if (passphrase.length < 14) return '至少 14 个字符；建议用系统给出的'
  if (new Set(passphrase).size < 7) return '重复的字符太多'
  return ''
}
