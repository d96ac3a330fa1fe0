// The console's hold on the sealing script: the same file that reporters' browsers
// load.

import { get } from './client'

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

/** sealedContact closes who reported, so that only the two parties together can open it, as the reporter's own browser would. */
export async function sealedContact(who: { name: string; phone: string; other: string }): Promise<Envelope> {
  const channel = await get('/seal/channel')
  if (!channel.open) throw new Error(channel.why)
  const code = await sealCode()
  return code.sealParted(code.json(who), channel.holders as Holder[])
}
