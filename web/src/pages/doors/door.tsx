import { useEffect, type ReactNode } from 'react';
import { ThemeToggle } from '../../controls/theme-toggle.js';
import { Mark } from '../../ui/mark.js';
import '../../styles/forms.css';
import '../../styles/doors.css';

interface Props {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children?: ReactNode;
  /** Below the card: the ways to other doors. */
  readonly ways?: ReactNode;
}

/** A page in front of the dashboard: one card, one thing to do. */
export function Door({ title, lead, children, ways }: Props) {
  useEffect(() => {
    document.title = `${title} · Tidemark`;
  }, [title]);
  return (
    <>
      <header className="door-header">
        <a className="brand" href="/" aria-label="Tidemark, home">
          <Mark />
          <span>Tidemark</span>
        </a>
        <ThemeToggle />
      </header>
      <main id="main" className="door" tabIndex={-1}>
        <div className="card door-card">
          <h1>{title}</h1>
          {lead !== undefined && <p className="note door-lead">{lead}</p>}
          {children}
        </div>
        {ways !== undefined && <p className="door-ways">{ways}</p>}
      </main>
    </>
  );
}
