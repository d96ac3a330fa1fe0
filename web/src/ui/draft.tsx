// Forms that are not verbs of a flow (registering a device, creating a person):
// a drawer with the same habits as a verb's form.

import { Button, Drawer } from 'antd'
import { useState, type FormEvent, type ReactNode } from 'react'
import { Problem, sentence } from '../api/problem'
import { usePhone } from './screen'
import { Must } from './verb-form'

/** useDraft keeps what is being typed. */
export function useDraft<T extends object>(blank: T) {
  const [values, setValues] = useState(blank)
  return {
    values,
    set: <K extends keyof T>(name: K, v: T[K]) => setValues((s) => ({ ...s, [name]: v })),
    reset: (to: T = blank) => setValues(to),
  }
}

export type Wrong = Record<string, string>

export function Row({ name, title, required, hint, wrong, children, wide }: { name: string; title: string; required?: boolean; hint?: ReactNode; wrong: Wrong; children: ReactNode; wide?: boolean }) {
  return (
    <div className={`field ${wide ? 'wide' : ''}`}>
      <label htmlFor={`f-${name}`}>{title}{required && <Must />}</label>
      {children}
      {hint && <div className="hint">{hint}</div>}
      {wrong[name] && <div className="wrong" role="alert">{wrong[name]}</div>}
    </div>
  )
}

export interface PlainFormProps {
  next?: ReactNode
  submit: string
  busy: boolean
  error: unknown
  check: () => Wrong
  onSubmit: () => void
  cancel?: () => void
  children: (wrong: Wrong) => ReactNode
  className?: string
  label: string
}

/** PlainForm checks, shows the program's refusals at their fields, and keeps what was typed. */
export function PlainForm({ next, submit, busy, error, check, onSubmit, cancel, children, className, label }: PlainFormProps) {
  const [sent, setSent] = useState(false)
  const wrong = sent ? check() : {} // once sent, what is filled in stops being wrong at once
  const told = error instanceof Problem ? error.fields : {}
  const send = (e: FormEvent) => {
    e.preventDefault()
    const found = check()
    setSent(true)
    const first = Object.keys(found)[0]
    if (first) document.getElementById(`f-${first}`)?.focus()
    else onSubmit()
  }
  return (
    <form className="form" onSubmit={send} noValidate aria-label={label}>
      {next && <p className="info small">{next}</p>}
      {error ? <div className="trouble" role="alert">{sentence(error)}</div> : null}
      <div className={className ?? 'form'}>{children({ ...told, ...wrong })}</div>
      <div className="row">
        <Button type="primary" htmlType="submit" loading={busy}>{submit}</Button>
        {cancel && <Button onClick={cancel} disabled={busy}>取消</Button>}
      </div>
    </form>
  )
}

export function FormDrawer({ title, open, close, ...form }: Omit<PlainFormProps, 'cancel' | 'label'> & { title: string; open: boolean; close: () => void }) {
  const phone = usePhone()
  return (
    <Drawer title={title} open={open} onClose={close} size={phone ? '100%' : 420} destroyOnHidden>
      <PlainForm {...form} label={title} cancel={close} />
    </Drawer>
  )
}
