// The next verbs of a thing, always in the same place. A verb opens a short form
// drawn from the flow table, says what will happen next and to whom, asks once
// more before what cannot be undone, and keeps what was typed when it fails.

import { App, AutoComplete, Button, DatePicker, Input, InputNumber, Radio, Select } from 'antd'
import dayjs from 'dayjs'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { Problem, sentence } from '../api/problem'
import type { Action, Field } from '../api/types'
import { useMe, useReference } from '../api/use'
import { FilesField } from './files'
import { PlaceField } from './place'
import { blankForm, checkForm, formBody, withPhrase, type FormValues } from './form'
import { AreaPicker, PersonPicker, SubjectPicker } from './pickers'
import { Panel } from './page'

export interface VerbsProps {
  actions: Action[]
  /** waits says whose turn it is when nobody here may act */
  waits?: string
  run: (verb: string, form: Record<string, unknown>) => Promise<unknown>
  /** similar things offered where the form asks for another one */
  similar?: { value: string; label: string }[]
  /** phrases are ready sentences, put into the form's text and changed there before they are sent */
  phrases?: Phrase[]
  /** note is what to know before acting */
  note?: string
}

/** Phrase is a ready sentence for one verb. */
export interface Phrase {
  verb: string
  title: string
  text: string
}

export function Verbs({ actions, waits, run, similar, phrases, note }: VerbsProps) {
  const [open, setOpen] = useState('')
  const [said, setSaid] = useState('')
  const chosen = actions.find((a) => a.verb === open && a.allowed)
  const lead = leadVerb(actions)
  return (
    <Panel title="下一步">
      <div className="verbs" id="verbs">
        {note && <p className="info small">{note}</p>}
        {said && <div className="done" role="status">{said}</div>}
        {actions.length === 0 && <p className="soft">{waits ? `现在等待${waits}，您不需要操作。` : '没有需要您办理的操作。'}</p>}
        {!chosen &&
          actions.map((a) => (
            <div key={a.verb} className={a.verb === lead || !a.allowed || actions.length === 1 ? 'whole' : undefined}>
              <Button
                className="verb"
                type={a.verb === lead ? 'primary' : 'default'}
                danger={a.danger}
                disabled={!a.allowed}
                aria-describedby={a.why ? `why-${a.verb}` : undefined}
                onClick={() => {
                  setSaid('')
                  setOpen(a.verb)
                }}
              >
                {a.title}
              </Button>
              {!a.allowed && a.why && <div className="why" id={`why-${a.verb}`}>{a.why}</div>}
            </div>
          ))}
        {chosen && (
          <VerbForm
            key={chosen.verb}
            action={chosen}
            similar={similar}
            phrases={phrases?.filter((p) => p.verb === chosen.verb)}
            cancel={() => setOpen('')}
            run={async (form) => {
              await run(chosen.verb, form)
              setOpen('')
              setSaid(`已${chosen.title}。`)
            }}
          />
        )}
      </div>
    </Panel>
  )
}

/** leadVerb is the one drawn as the main button: the first that may be done and moves the thing on. */
function leadVerb(actions: Action[]): string | undefined {
  const open = actions.filter((a) => a.allowed && !a.danger)
  return (open.find((a) => a.next) ?? open[0])?.verb
}

function VerbForm({ action, run, cancel, similar, phrases = [] }: { action: Action; run: (form: Record<string, unknown>) => Promise<void>; cancel: () => void; similar?: { value: string; label: string }[]; phrases?: Phrase[] }) {
  const [values, setValues] = useState<FormValues>(() => blankForm(action.fields))
  const [wrong, setWrong] = useState<Record<string, string>>({})
  const [trouble, setTrouble] = useState('')
  const [busy, setBusy] = useState(false)
  const [sending, setSending] = useState(false)
  const box = useRef<HTMLFormElement>(null)
  const { modal } = App.useApp()
  useEffect(() => {
    box.current?.querySelector<HTMLElement>('textarea,input:not([type=file]),button')?.focus()
    box.current?.scrollIntoView({ block: window.innerWidth < 768 ? 'start' : 'nearest' })
  }, [])
  const set = (name: string, v: FormValues[string]) => {
    setValues((s) => ({ ...s, [name]: v }))
    setWrong(({ [name]: _gone, ...rest }) => rest)
  }
  const spoken = phrases.length > 0 ? action.fields.find((f) => f.kind === 'text')?.name : undefined
  const say = (text: string) => {
    if (!spoken) return
    set(spoken, withPhrase(values[spoken], text))
    box.current?.querySelector<HTMLElement>(`#f-${spoken}`)?.focus()
  }
  const send = async () => {
    setBusy(true)
    setTrouble('')
    try {
      await run(formBody(action.fields, values))
    } catch (e) {
      setTrouble(sentence(e))
      if (e instanceof Problem) setWrong(e.fields)
      setBusy(false)
    }
  }
  const submit = (e: FormEvent) => {
    e.preventDefault()
    const found = checkForm(action.fields, values)
    setWrong(found)
    const first = action.fields.find((f) => found[f.name])
    if (first) {
      box.current?.querySelector<HTMLElement>(`#f-${first.name}`)?.focus()
      return
    }
    if (!action.danger) {
      void send()
      return
    }
    modal.confirm({
      title: `确定${action.title}？`,
      content: action.next || '此操作会记入审计日志，不能撤销。',
      okText: `确定${action.title}`,
      cancelText: '再想想',
      okButtonProps: { danger: true },
      onOk: send,
    })
  }
  return (
    <form className="form" ref={box} onSubmit={submit} noValidate aria-label={action.title}>
      <h3>{action.title}</h3>
      {action.next && <p className="info small">{action.next}</p>}
      {trouble && <div className="trouble" role="alert">{trouble}</div>}
      {spoken && (
        <div className="field">
          <label htmlFor="f-phrase">套用答复模板</label>
          <Select id="f-phrase" value={null} placeholder="选一条，填到下面后可以修改" onChange={(i: number | null) => { if (i !== null) say(phrases[i]?.text ?? '') }} options={phrases.map((p, i) => ({ value: i, label: p.title }))} />
        </div>
      )}
      {action.fields.map((f) => (
        <FieldRow key={f.name} field={f} value={values[f.name]} wrong={wrong[f.name]} onChange={(v) => set(f.name, v)} onBusy={setSending} similar={similar} />
      ))}
      <div className="row">
        <Button type="primary" danger={action.danger} htmlType="submit" loading={busy} disabled={sending} className="grow">{sending ? '文件上传中…' : action.title}</Button>
        <Button onClick={cancel} disabled={busy}>取消</Button>
      </div>
    </form>
  )
}

interface FieldProps {
  field: Field
  value: FormValues[string]
  wrong?: string
  onChange: (v: FormValues[string]) => void
  onBusy?: (b: boolean) => void
  similar?: { value: string; label: string }[]
}

function FieldRow({ field, value, wrong, onChange, onBusy, similar }: FieldProps) {
  const id = `f-${field.name}`
  const grouped = field.kind === 'choice' && (field.options?.length ?? 0) <= 4
  return (
    <div className="field">
      {grouped ? <div className="label" id={`${id}-label`}>{field.title}{field.required && <Must />}</div> : <label htmlFor={id}>{field.title}{field.required && <Must />}</label>}
      <Control id={id} field={field} value={value} wrong={wrong} onChange={onChange} onBusy={onBusy} similar={similar} />
      {field.hint && <div className="hint" id={`${id}-hint`}>{field.hint}</div>}
      {wrong && <div className="wrong" id={`${id}-wrong`} role="alert">{wrong}</div>}
    </div>
  )
}

export function Must() {
  return <span className="must" title="必填" aria-label="必填">*</span>
}

function Control({ id, field, value, wrong, onChange, onBusy, similar }: FieldProps & { id: string }) {
  const ref = useReference()
  const me = useMe()
  const status = wrong ? 'error' : undefined
  const described = [field.hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(' ') || undefined
  const text = typeof value === 'string' ? value : ''
  switch (field.kind) {
    case 'text':
      return <Input.TextArea id={id} status={status} aria-describedby={described} autoSize={{ minRows: 3, maxRows: 10 }} value={text} onChange={(e) => onChange(e.target.value)} />
    case 'choice':
      return (field.options?.length ?? 0) <= 4 ? (
        <Radio.Group id={id} aria-labelledby={`${id}-label`} value={text || undefined} onChange={(e) => onChange(String(e.target.value))} options={(field.options ?? []).map((o) => ({ value: o.value, label: o.title }))} />
      ) : (
        <Select id={id} status={status} value={text || undefined} showSearch={{ optionFilterProp: 'label' }} onChange={(v) => onChange(v)} options={(field.options ?? []).map((o) => ({ value: o.value, label: o.title }))} />
      )
    case 'person':
      return <PersonPicker id={id} role={field.role} status={status} value={text} onChange={onChange} />
    case 'agency':
      return <Select id={id} status={status} allowClear showSearch={{ optionFilterProp: 'label' }} value={text || undefined} onChange={(v) => onChange(v ?? '')} options={(ref?.agencies ?? []).map((a) => ({ value: a.id, label: a.name }))} />
    case 'agencies':
      return <Select id={id} status={status} mode="multiple" showSearch={{ optionFilterProp: 'label' }} value={Array.isArray(value) ? value : []} onChange={(v: string[]) => onChange(v)} options={(ref?.agencies ?? []).map((a) => ({ value: a.id, label: a.name }))} />
    case 'area':
      return <AreaPicker id={id} status={status} within={me.area} value={text} onChange={onChange} />
    case 'date':
      return <DatePicker id={id} status={status} style={{ width: '100%' }} value={text ? dayjs(text) : null} onChange={(d) => onChange(d ? d.format('YYYY-MM-DD') : '')} />
    case 'days':
      return <InputNumber id={id} status={status} min={1} max={366} precision={0} suffix="个工作日" style={{ width: '100%' }} value={typeof value === 'number' ? value : null} onChange={(v) => onChange(typeof v === 'number' ? v : undefined)} />
    case 'files':
      return <FilesField id={id} onChange={onChange} onBusy={onBusy} />
    case 'place':
      return <PlaceField id={id} described={described} value={text} onChange={onChange} />
    case 'subject':
      if (field.name === 'alarm') return <AutoComplete id={id} status={status} value={text} onChange={(v: string) => onChange(v ?? '')} options={similar ?? []} popupMatchSelectWidth={false} allowClear />
      return <SubjectPicker id={id} of={field.name === 'issue' ? '/issues' : '/clues'} status={status} value={text} onChange={onChange} similar={field.name === 'issue' ? [] : similar ?? []} />
    default:
      return <Input id={id} status={status} aria-describedby={described} value={text} onChange={(e) => onChange(e.target.value)} />
  }
}
