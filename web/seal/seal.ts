// The sealing script: the one piece of code that reporters' and officers' browsers
// share. The public pages and the console load the same built file, public/seal.js,
// whose hash is published; internal/vault/format.go tells the format and is its
// other half.

import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from 'age-encryption'
import { hkdf } from '@noble/hashes/hkdf.js'
import { scryptAsync } from '@noble/hashes/scrypt.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bech32 } from '@scure/base'

export type Party = 'desk' | 'oversight' | 'reporter'
export interface Holder { party: Party; id: string; recipient: string }
export interface Share { party: Party; key_id: string; sealed: string }
/** An envelope as it goes to the server; everything is base64 of age files. */
export interface Envelope { parted: boolean; body: string; shares: Share[] }

const utf8 = new TextEncoder()
const plain = new TextDecoder()

export function toBase64(b: Uint8Array): string {
  let s = ''
  for (let i = 0; i < b.length; i += 0x8000) s += String.fromCharCode(...b.subarray(i, i + 0x8000))
  return btoa(s)
}

export function fromBase64(s: string): Uint8Array {
  const raw = atob(s)
  const b = new Uint8Array(raw.length)
  for (let i = 0; i < raw.length; i++) b[i] = raw.charCodeAt(i)
  return b
}

async function sealTo(content: Uint8Array, recipient: string): Promise<Uint8Array> {
  const e = new Encrypter()
  e.addRecipient(recipient)
  return e.encrypt(content)
}

async function openWith(sealed: Uint8Array, identity: string): Promise<Uint8Array> {
  const d = new Decrypter()
  d.addIdentity(identity)
  return d.decrypt(sealed)
}

function exclusive(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length !== b.length) throw new Error('shares differ in length')
  return a.map((x, i) => x ^ b[i])
}

const padding = 1024

/** json writes a value with blanks behind it, so that short content does not tell its length. */
export function json(value: unknown): Uint8Array {
  const b = utf8.encode(JSON.stringify(value))
  const out = new Uint8Array(b.length + padding - (b.length % padding)).fill(32)
  out.set(b)
  return out
}

export function readJSON(b: Uint8Array): unknown {
  return JSON.parse(plain.decode(b))
}

/** pack puts files behind a value: four bytes with the length of the value, the value, the files as their list in the value tells. */
export function pack(value: Record<string, unknown>, files: { type: string; bytes: Uint8Array }[]): Uint8Array {
  const head = json({ ...value, files: files.map((f) => ({ type: f.type, size: f.bytes.length })) })
  const out = new Uint8Array(4 + head.length + files.reduce((n, f) => n + f.bytes.length, 0))
  new DataView(out.buffer).setUint32(0, head.length)
  out.set(head, 4)
  let at = 4 + head.length
  for (const f of files) {
    out.set(f.bytes, at)
    at += f.bytes.length
  }
  return out
}

export function unpack(b: Uint8Array): { value: Record<string, unknown>; files: { type: string; bytes: Uint8Array }[] } {
  const n = new DataView(b.buffer, b.byteOffset).getUint32(0)
  const value = readJSON(b.subarray(4, 4 + n)) as Record<string, unknown>
  let at = 4 + n
  const files = (value.files as { type: string; size: number }[]).map((f) => {
    const bytes = b.subarray(at, at + f.size)
    at += f.size
    return { type: f.type, bytes }
  })
  return { value, files }
}

/** sealParted seals so that only both parties together can open. */
export async function sealParted(content: Uint8Array, holders: Holder[]): Promise<Envelope> {
  const key = await generateHybridIdentity()
  const body = await sealTo(content, await identityToRecipient(key))
  const secret = utf8.encode(key)
  const desk = crypto.getRandomValues(new Uint8Array(secret.length))
  const half: Partial<Record<Party, Uint8Array>> = { desk, oversight: exclusive(secret, desk) }
  const shares: Share[] = []
  for (const h of holders) {
    const mine = half[h.party]
    if (mine) shares.push({ party: h.party, key_id: h.id, sealed: toBase64(await sealTo(mine, h.recipient)) })
  }
  return { parted: true, body: toBase64(body), shares }
}

/** sealWhole seals so that each holder alone can open. */
export async function sealWhole(content: Uint8Array, holders: Holder[]): Promise<Envelope> {
  const key = await generateHybridIdentity()
  const body = await sealTo(content, await identityToRecipient(key))
  const shares: Share[] = []
  for (const h of holders) shares.push({ party: h.party, key_id: h.id, sealed: toBase64(await sealTo(utf8.encode(key), h.recipient)) })
  return { parted: false, body: toBase64(body), shares }
}

export async function openWhole(body: string, share: string, identity: string): Promise<Uint8Array> {
  return openWith(fromBase64(body), plain.decode(await openWith(fromBase64(share), identity)))
}

/** openParted joins two shares, both sealed to the same identity, and opens the body. */
export async function openParted(body: string, own: string, passed: string, identity: string): Promise<Uint8Array> {
  const key = exclusive(await openWith(fromBase64(own), identity), await openWith(fromBase64(passed), identity))
  return openWith(fromBase64(body), plain.decode(key))
}

/** reseal opens a share and seals it for another key. */
export async function reseal(share: string, identity: string, recipient: string): Promise<string> {
  return toBase64(await sealTo(await openWith(fromBase64(share), identity), recipient))
}

/** fingerprint is what people read aloud to compare a recipient. */
export function fingerprint(recipient: string): string {
  const hex = Array.from(sha256(utf8.encode(recipient)).subarray(0, 16), (b) => b.toString(16).padStart(2, '0')).join('')
  return hex.match(/.{4}/g)!.join(' ')
}

export interface KeyPair { recipient: string; fingerprint: string; wrapped: string; identity: string }

/** newKey makes a key pair; the private part leaves the browser only wrapped under the passphrase (scrypt, 128 MiB). */
export async function newKey(passphrase: string): Promise<KeyPair> {
  const identity = await generateHybridIdentity()
  const recipient = await identityToRecipient(identity)
  return { recipient, fingerprint: fingerprint(recipient), wrapped: await wrap(identity, passphrase), identity }
}

export async function wrap(identity: string, passphrase: string): Promise<string> {
  const e = new Encrypter()
  e.setScryptWorkFactor(17)
  e.setPassphrase(passphrase)
  return toBase64(await e.encrypt(identity))
}

/** unlock gives the private part back, or fails when the passphrase is another. */
export async function unlock(wrapped: string, passphrase: string): Promise<string> {
  const d = new Decrypter()
  d.addPassphrase(passphrase)
  return d.decrypt(fromBase64(wrapped), 'text')
}

export async function sealText(text: string, recipient: string): Promise<string> {
  return toBase64(await sealTo(utf8.encode(text), recipient))
}

export async function openText(sealed: string, identity: string): Promise<string> {
  return plain.decode(await openWith(fromBase64(sealed), identity))
}

/** paperKey makes a key pair whose private part is printed and stored nowhere. */
export async function paperKey(): Promise<{ recipient: string; fingerprint: string; identity: string }> {
  const identity = await generateHybridIdentity()
  const recipient = await identityToRecipient(identity)
  return { recipient, fingerprint: fingerprint(recipient), identity }
}

export const receiptDigits = 24

/** newReceipt draws an insider's secret: 24 digits, 79.7 bits, in groups of four. */
export function newReceipt(): string {
  let s = ''
  while (s.length < receiptDigits) {
    const b = crypto.getRandomValues(new Uint8Array(32))
    for (const x of b) if (x < 250 && s.length < receiptDigits) s += String(x % 10)
  }
  return s.match(/.{4}/g)!.join('-')
}

/** digits leaves the digits of what was typed, full-width ones too. */
export function digits(typed: string): string {
  return Array.from(typed, (c) => (c >= '０' && c <= '９' ? String(c.charCodeAt(0) - 0xff10) : c)).join('').replace(/\D/g, '')
}

/** derive makes of an insider's receipt what proves it to the server, and, independently, the key that reads the desk's answers. */
export async function derive(receipt: string): Promise<{ proof: string; identity: string; recipient: string }> {
  const root = await scryptAsync(utf8.encode(digits(receipt)), utf8.encode('qingshao receipt v1'), { N: 2 ** 15, r: 8, p: 1, dkLen: 32 })
  const part = (label: string) => hkdf(sha256, root, undefined, utf8.encode(label), 32)
  const identity = bech32.encodeFromBytes('AGE-SECRET-KEY-PQ-', part('qingshao receipt key v1')).toUpperCase()
  const proof = Array.from(part('qingshao receipt proof v1'), (b) => b.toString(16).padStart(2, '0')).join('')
  return { proof, identity, recipient: await identityToRecipient(identity) }
}
