// What a verb's form starts with, whether it may be sent, and what is sent.

import type { Field } from '../api/types'

export type FormValue = string | number | string[] | undefined
export type FormValues = Record<string, FormValue>

export function blankForm(fields: Field[]): FormValues {
  const out: FormValues = {}
  for (const f of fields) {
    if (f.default !== undefined && f.default !== '') out[f.name] = f.kind === 'days' ? Number(f.default) : f.kind === 'agencies' || f.kind === 'files' ? f.default.split(',') : f.default
    else if (f.kind === 'agencies' || f.kind === 'files') out[f.name] = []
    else if (f.kind === 'days') out[f.name] = undefined
    else if (f.kind === 'choice' && f.required && f.options?.length === 1) out[f.name] = f.options[0].value
    else out[f.name] = ''
  }
  return out
}

function isBlank(v: FormValue): boolean {
  return v === undefined || (typeof v === 'string' && v.trim() === '') || (Array.isArray(v) && v.length === 0)
}

const asks: Record<string, string> = {
  choice: '请选择', person: '请选择', agency: '请选择', agencies: '请选择', area: '请选择', date: '请选择', subject: '请选择', files: '请上传',
}

/** checkForm finds what must still be filled in: field name to sentence. */
export function checkForm(fields: Field[], values: FormValues): Record<string, string> {
  const wrong: Record<string, string> = {}
  for (const f of fields) {
    if (f.required && isBlank(values[f.name])) wrong[f.name] = `${asks[f.kind] ?? '请填写'}${f.title}`
  }
  return wrong
}

/** formBody leaves out what was not filled in and trims texts. */
export function formBody(fields: Field[], values: FormValues): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const f of fields) {
    const v = values[f.name]
    if (isBlank(v)) continue
    out[f.name] = typeof v === 'string' ? v.trim() : v
  }
  return out
}

/** withPhrase puts a ready sentence into a text: what was typed stays. */
export function withPhrase(typed: FormValue, phrase: string): string {
  return typeof typed === 'string' && typed.trim() !== '' ? `${typed.trimEnd()}\n${phrase}` : phrase
}
