// The text of a rule, with what is wrong underlined at its place.

import { useRef } from 'react'
import type { RuleProblem } from '../../api/types'
import { cuts } from './custom-words'

export interface ExpressionProps {
  id: string
  value: string
  onChange: (v: string) => void
  problem?: RuleProblem
  rows?: number
  placeholder?: string
  onCaret?: (at: number) => void
}

export function Expression({ id, value, onChange, problem, rows = 4, placeholder, onCaret }: ExpressionProps) {
  const under = useRef<HTMLPreElement>(null)
  const [before, wrong, after] = problem ? cuts(value, problem.from, problem.to) : [value, '', '']
  const caret = (e: { currentTarget: HTMLTextAreaElement }) => onCaret?.(e.currentTarget.selectionStart)
  return (
    <div>
      <div className="expression">
        <pre ref={under} aria-hidden="true">{before}{problem && <mark>{wrong}</mark>}{after}{'\n'}</pre>
        <textarea
          id={id}
          rows={rows}
          value={value}
          maxLength={4000}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          placeholder={placeholder}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? `${id}-wrong` : undefined}
          onChange={(e) => {
            onChange(e.target.value)
            caret({ currentTarget: e.target })
          }}
          onSelect={caret}
          onScroll={(e) => {
            if (under.current) under.current.scrollTop = e.currentTarget.scrollTop
          }}
        />
      </div>
      {problem && <WrongAt id={`${id}-wrong`} problem={problem} text={value} />}
    </div>
  )
}

/** WrongAt says what is wrong and shows the piece of text. */
export function WrongAt({ id, problem, text }: { id?: string; problem: RuleProblem; text: string }) {
  const [before, wrong, after] = cuts(text, problem.from, problem.to)
  return (
    <div className="wrong-at" id={id} role="alert">
      <p className="wrong">第 {problem.line} 行第 {problem.column} 个字：{problem.text}</p>
      {text.trim() !== '' && <p className="excerpt"><span>{tail(before)}</span><mark>{wrong}</mark><span>{head(after)}</span></p>}
    </div>
  )
}

const tail = (s: string) => (s.length > 24 ? '…' + s.slice(-24) : s)
const head = (s: string) => (s.length > 24 ? s.slice(0, 24) + '…' : s)
