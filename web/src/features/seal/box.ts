// Unlocked private keys live in this module's memory, and only for a while.

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
