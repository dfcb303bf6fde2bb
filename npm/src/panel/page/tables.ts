// The panel's tables: who has the connections, this server's own pools, and the journal.
import { html, useState } from 'htm/preact/standalone';
import { clock, duration } from '#words';
import type { Ending, Leak, Waiting } from '../../database/sessions.js';
import type { Pools } from '../message.js';

export function leaksTable(leaks: Leak[], own: string) {
  return html`
    <table>
      <thead>
        <tr>
          <th>application</th><th>role</th><th>from</th>
          <th class="number">sessions</th><th class="number">idle</th>
          <th class="number">longest idle</th><th class="number">retired so far</th>
        </tr>
      </thead>
      <tbody>
        ${leaks.map(
          (leak) => html`
            <tr class=${isOf(leak.application, own) ? 'own' : ''}>
              <td>${leak.application || html`<i>no name</i>`}</td>
              <td>${leak.role}</td>
              <td>${leak.client ?? 'local'}</td>
              <td class="number">${leak.sessions}</td>
              <td class="number">${leak.idle ?? '–'}</td>
              <td class="number">${duration(leak.longestIdleSeconds)}</td>
              <td class="number">${leak.retired ?? '–'}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}

/** The connections of one program end alike: by its pid. */
function isOf(application: string, own: string): boolean {
  const pid = / pid=\d+$/.exec(own)?.[0];
  return application === own || (pid !== undefined && application.endsWith(pid));
}

export function poolsTable({ pools }: Pools) {
  if (pools.length === 0) {
    return html`<p class="none">No pool has been used yet.</p>`;
  }
  return html`
    <table>
      <thead>
        <tr>
          <th>database</th><th>made at</th><th class="number">of generation</th>
          <th class="number">connections</th><th class="number">idle</th>
          <th class="number">waiting</th><th>state</th>
        </tr>
      </thead>
      <tbody>
        ${pools.map(
          (pool) => html`
            <tr class=${pool.trimmed ? '' : 'own'}>
              <td>${pool.database}</td>
              <td>${pool.site ?? '–'}</td>
              <td class="number">${pool.generation}</td>
              <td class="number">${pool.total}</td>
              <td class="number">${pool.idle}</td>
              <td class="number">${pool.waiting}</td>
              <td>${pool.trimmed ? 'trimmed' : 'in use'}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}

export function lineTable(line: Waiting[]) {
  return html`
    <table>
      <thead>
        <tr>
          <th class="number">place</th><th>database</th><th>role</th><th class="number">waits for</th>
        </tr>
      </thead>
      <tbody>
        ${line.slice(0, shown).map(
          (one) => html`
            <tr>
              <td class="number">${one.place}</td>
              <td>${one.database}</td>
              <td>${one.role}</td>
              <td class="number">${duration(one.waitedSeconds)}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
    ${line.length > shown && html`<p>… and ${line.length - shown} more</p>`}
  `;
}

const shown = 10;

/** Endings that differ in nothing but the moment and the pid. */
interface Group {
  last: Ending;
  count: number;
  longestIdle: number | null;
}

function grouped(endings: Ending[]): Group[] {
  const groups = new Map<string, Group>();
  for (const ending of endings) {
    const { application, role, endedBy, outcome, reason } = ending;
    const key = JSON.stringify([application, role, endedBy, outcome, reason]);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { last: ending, count: 1, longestIdle: ending.idleSeconds });
    } else {
      group.count += 1;
      group.longestIdle = Math.max(group.longestIdle ?? 0, ending.idleSeconds ?? 0);
    }
  }
  return [...groups.values()];
}

export function Journal({ endings }: { endings: Ending[] | null }) {
  const [all, setAll] = useState(false);
  if (endings === null) {
    return html`<p class="none">The journal is kept by the extension, which is not there.</p>`;
  }
  if (endings.length === 0) {
    return html`<p class="none">No connection has been ended yet.</p>`;
  }
  const groups = grouped(endings);
  return html`
    <table>
      <thead>
        <tr>
          <th>last at</th><th class="number">sessions</th><th>application</th>
          <th class="number">idle for up to</th><th>by</th><th>outcome</th><th>reason</th>
        </tr>
      </thead>
      <tbody>
        ${groups.slice(0, all ? groups.length : shown).map(
          ({ last, count, longestIdle }) => html`
            <tr>
              <td>${clock(last.endedAt)}</td>
              <td class="number">${count}</td>
              <td>${last.application || html`<i>no name</i>`}</td>
              <td class="number">${duration(longestIdle)}</td>
              <td>${last.endedBy}</td>
              <td>${last.outcome}</td>
              <td>${last.reason}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
    ${
      groups.length > shown &&
      html`<button class="more" onClick=${() => setAll(!all)}>
        ${all ? 'Fewer' : `${groups.length - shown} more`}
      </button>`
    }
  `;
}
