// Files: a list to download from, and a field that uploads with progress.

import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { address } from '../api/client'
import { problemOf } from '../api/problem'
import type { FileRef } from '../api/types'
import { size } from './format'
import { Icon } from './icons'

export function FileList({ files }: { files: FileRef[] }) {
  if (files.length === 0) return null
  return (
    <ul className="files">
      {files.map((f) => (
        <li key={f.id}>
          <Icon name="file" size={16} />
          <a className="name" href={address(`/files/${f.id}`)} download={f.name}>{f.name}</a>
          <span className="size">{size(f.size)}</span>
        </li>
      ))}
    </ul>
  )
}

interface Going { key: number; name: string; size: number; sent: number; error: string; file?: FileRef }

/** upload keeps one file and reports how much of it has gone. */
export function upload(file: File, progress: (sent: number) => void): { done: Promise<FileRef>; stop: () => void } {
  return sendFile<FileRef>(address('/files'), file, progress)
}

/** sendFile sends one file somewhere and gives the answer, JSON or a file in turn. */
export function sendFile<T>(to: string, file: File, progress: (sent: number) => void = () => undefined, kind: 'json' | 'blob' = 'json'): { done: Promise<T>; stop: () => void } {
  const x = new XMLHttpRequest()
  const done = new Promise<T>((resolve, reject) => {
    x.open('POST', to)
    x.setRequestHeader('X-Qingshao', '1')
    x.responseType = kind
    x.upload.onprogress = (e) => progress(e.loaded)
    x.onload = () => (x.status >= 200 && x.status < 300 ? resolve(x.response as T) : reject(problemOf(x.status, kind === 'json' ? x.response : null)))
    x.onerror = () => reject(problemOf(0, null))
    x.onabort = () => reject(problemOf(0, { detail: '已取消上传。' }))
    const form = new FormData()
    form.append('file', file)
    x.send(form)
  })
  return { done, stop: () => x.abort() }
}

/** FilesField uploads at once and hands back the ids; busy while any is under way. */
export function FilesField({ id, onChange, onBusy }: { id: string; onChange: (ids: string[]) => void; onBusy?: (busy: boolean) => void }) {
  const [going, setGoing] = useState<Going[]>([])
  const stops = useRef(new Map<number, () => void>())
  const next = useRef(1)
  const input = useRef<HTMLInputElement>(null)
  const tell = useRef({ onChange, onBusy })
  tell.current = { onChange, onBusy }
  useEffect(() => {
    tell.current.onChange(going.flatMap((g) => (g.file ? [g.file.id] : [])))
    tell.current.onBusy?.(going.some((g) => !g.file && !g.error))
  }, [going])
  const change = (key: number, part: Partial<Going>) => setGoing((l) => l.map((g) => (g.key === key ? { ...g, ...part } : g)))
  const start = (file: File) => {
    const key = next.current++
    setGoing((l) => [...l, { key, name: file.name, size: file.size, sent: 0, error: '' }])
    const u = upload(file, (sent) => change(key, { sent }))
    stops.current.set(key, u.stop)
    u.done.then((f) => change(key, { file: f, sent: f.size }), (e: Error) => change(key, { error: e.message }))
  }
  const drop = (key: number) => {
    stops.current.get(key)?.()
    setGoing((l) => l.filter((g) => g.key !== key))
  }
  return (
    <div>
      <input
        ref={input}
        id={id}
        type="file"
        multiple
        className="unseen"
        tabIndex={-1}
        onChange={(e) => {
          for (const f of e.target.files ?? []) start(f)
          e.target.value = ''
        }}
      />
      <Button icon={<Icon name="up" size={14} />} onClick={() => input.current?.click()}>选择文件</Button>
      <ul className="files">
        {going.map((g) => (
          <li key={g.key} style={{ flexWrap: 'wrap' }}>
            <Icon name="file" size={16} />
            <span className="name">{g.name}</span>
            <span className="size">{g.file ? size(g.size) : g.error ? '' : `${Math.round((g.sent / Math.max(1, g.size)) * 100)}%`}</span>
            <Button type="text" size="small" aria-label={`移除 ${g.name}`} onClick={() => drop(g.key)} icon={<Icon name="close" size={12} />} />
            {g.error && <span className="red small" role="alert" style={{ width: '100%' }}>{g.error}</span>}
            {!g.file && !g.error && (
              <span className="meter" style={{ width: '100%' }} role="progressbar" aria-label={`上传 ${g.name}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round((g.sent / Math.max(1, g.size)) * 100)}>
                <i style={{ width: `${(g.sent / Math.max(1, g.size)) * 100}%` }} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
