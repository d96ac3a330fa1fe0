// A few line icons; always beside a word or with a label of their own.

const paths: Record<string, string> = {
  desk: 'M3 3h7v8H3zM14 3h7v5h-7zM14 12h7v9h-7zM3 15h7v6H3z',
  pulse: 'M2 12h5l3-8 4 16 3-8h5',
  clue: 'M4 5h16v11H9l-5 4zM8 9h8M8 12h5',
  issue: 'M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h7',
  house: 'M3 21h18M5 21V9l5-3v15M10 21V3l9 5v13M14 11h1M14 15h1',
  chart: 'M4 4v16h16M8 16v-5M12 16V8M16 16v-3',
  admin: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v4M12 18v4M2 12h4M18 12h4M5 5l3 3M16 16l3 3M19 5l-3 3M8 16l-3 3',
  bell: 'M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4 21c0-4 3.5-6 8-6s8 2 8 6',
  find: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 21 21',
  more: 'M4 7h16M4 12h16M4 17h16',
  file: 'M6 3h9l4 4v14H6zM15 3v4h4',
  close: 'M5 5l14 14M19 5 5 19',
  up: 'M12 19V5M6 11l6-6 6 6',
  print: 'M7 8V3h10v5M5 8h14v9h-3M8 17H5M8 14h8v7H8z',
  down: 'M12 4v12M6 11l6 6 6-6M4 21h16',
}

export function Icon({ name, size = 18 }: { name: string; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={paths[name] ?? paths.file} />
    </svg>
  )
}
