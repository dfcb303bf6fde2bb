// The panel's tables: who has the connections, this server's own pools, and the journal.
import { html } from 'htm/preact/standalone';
import type { Ending, Leak } from '../../database/sessions.js';
import type { Pools } from '../message.js';
import { clock, duration } from './words.js';

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
            <tr class=${leak.application === own ? 'own' : ''}>
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

export function poolsTable({ pools }: Pools) {
  if (pools.length === 0) return html`<p class="none">No pool has been used yet.</p>`;
  return html`
    <table>
      <thead>
        <tr>
          <th>database</th><th class="number">of generation</th>
          <th class="number">connections</th><th class="number">idle</th>
          <th class="number">waiting</th><th>state</th>
        </tr>
      </thead>
      <tbody>
        ${pools.map(
          (pool) => html`
            <tr class=${pool.trimmed ? '' : 'own'}>
              <td>${pool.database}</td>
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

export function journalTable(endings: Ending[] | null) {
  if (endings === null) {
    return html`<p class="none">The journal is kept by the extension, which is not there.</p>`;
  }
  if (endings.length === 0) return html`<p class="none">No connection has been ended yet.</p>`;
  return html`
    <table>
      <thead>
        <tr>
          <th>at</th><th class="number">pid</th><th>application</th>
          <th class="number">idle for</th><th>by</th><th>outcome</th><th>reason</th>
        </tr>
      </thead>
      <tbody>
        ${endings.map(
          (ending) => html`
            <tr>
              <td>${clock(ending.endedAt)}</td>
              <td class="number">${ending.pid}</td>
              <td>${ending.application || html`<i>no name</i>`}</td>
              <td class="number">${duration(ending.idleSeconds)}</td>
              <td>${ending.endedBy}</td>
              <td>${ending.outcome}</td>
              <td>${ending.reason}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}
