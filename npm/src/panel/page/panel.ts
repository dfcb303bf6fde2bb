// The panel's page: listens to what the dev server tells once a second, and shows it.
import { html, render, useEffect, useRef, useState } from 'htm/preact/standalone';
import { clock, several } from '#words';
import type { CleanUpAnswer, Message, Point, Pools, Trouble } from '../message.js';
import { Chart } from './chart.js';
import { Journal, leaksTable, lineTable, poolsTable } from './tables.js';

type Sample = Extract<Message, { kind: 'sample' }>;

interface State {
  application: string;
  points: Point[];
  sample?: Sample;
  pools?: Pools | null;
  trouble?: Trouble;
}

const longestHistory = 900;

function next(state: State, message: Message): State {
  switch (message.kind) {
    case 'hello':
      return { ...state, application: message.application, points: message.history };
    case 'sample': {
      const points = [...state.points, message.point].slice(-longestHistory);
      const { trouble: _, ...rest } = state;
      return { ...rest, points, sample: message, pools: message.pools };
    }
    case 'trouble':
      return {
        ...withGap(state, message.point),
        ...{ trouble: message.trouble, pools: message.pools },
      };
  }
}

/** While nothing is seen there is no line in the chart. */
function withGap(state: State, gap: Point): State {
  return { ...state, points: [...state.points, gap].slice(-longestHistory) };
}

const lost: Trouble = {
  message: 'The program that the panel is part of does not answer.',
  remedy: ['The panel connects again by itself.'],
};

function Panel() {
  const [state, setState] = useState<State>({ application: '', points: [] });
  const [gone, setGone] = useState(false);
  useEffect(() => {
    const events = new EventSource('api/events');
    events.onmessage = ({ data }) => {
      setGone(false);
      setState((now) => next(now, JSON.parse(data as string) as Message));
    };
    events.onerror = () => {
      setGone(true);
      const gap = { at: Date.now(), database: null, server: null, limit: null, generation: 0 };
      setState((now) => withGap(now, gap));
    };
    return () => events.close();
  }, []);

  const { sample, pools, points, application } = state;
  const trouble = gone ? lost : state.trouble;
  const old = trouble !== undefined && sample !== undefined;
  return html`
    <header>
      <div>
        <h1>Connections</h1>
        <p>${application}</p>
      </div>
      <${CleanUp} sample=${sample} off=${trouble !== undefined} />
    </header>
    ${trouble && html`<${Note} trouble=${trouble} bad />`}
    ${sample?.lack && html`<${Note} trouble=${sample.lack} />`}
    ${old && html`<p class="old" role="status">What follows was seen at ${clock(sample.point.at)}.</p>`}
    ${!sample && !trouble && html`<section class="card none">Looking at the server …</section>`}
    <div class=${`all ${old ? 'stale' : ''}`}>
      ${sample && html`<${Figures} sample=${sample} pools=${pools} />`}
      ${points.some(({ server }) => server !== null) && html`<section class="card"><${Plot} points=${points} /></section>`}
      ${sample && html`<section class="card"><h2>Who has them</h2>${leaksTable(sample.leaks, application)}</section>`}
      ${sample?.line?.length ? html`<section class="card"><h2>Logins that wait</h2>${lineTable(sample.line)}</section>` : ''}
      ${pools && html`<section class="card"><h2>Pools of this program</h2>${poolsTable(pools)}</section>`}
      ${sample && html`<section class="card"><h2>Journal</h2><${Journal} endings=${sample.endings} /></section>`}
    </div>
  `;
}

function Note({ trouble, bad }: { trouble: Trouble; bad?: boolean }) {
  return html`
    <section class=${`note ${bad ? 'bad' : ''}`} role=${bad ? 'alert' : 'note'}>
      <p>${trouble.message}</p>
      ${trouble.remedy.map((step) => html`<code>${step}</code>`)}
    </section>
  `;
}

function Figures({ sample, pools }: { sample: Sample; pools: Pools | null | undefined }) {
  const { point, server } = sample;
  const share = Math.min(1, point.server / point.limit);
  const level = share > 0.9 ? 'bad' : share > 0.7 ? 'warn' : 'good';
  const retired = sample.leaks.reduce((sum, leak) => sum + (leak.retired ?? 0), 0);
  return html`
    <section class="figures">
      <div class="card main">
        <div class="big">
          <b id="count">${point.server}</b><span> of ${point.limit}</span>
        </div>
        <div class="bar"><i class=${level} style=${`width: ${share * 100}%`}></i></div>
        <p>connections of the server; ${server.maxConnections} slots, ${server.reserved} of them reserved</p>
      </div>
      <div class="card">
        <div class="big"><b>${point.database}</b></div>
        <p>in <strong>${server.database}</strong>, this page's one among them</p>
      </div>
      ${
        pools &&
        html`<div class="card">
          <div class="big"><b>${pools.connectionsClosed}</b></div>
          <p>closed in ${several(pools.poolsTrimmed, 'pool')} of older code</p>
        </div>`
      }
      <div class="card">
        <div class="big"><b>${server.extension === null ? '–' : retired}</b></div>
        <p>
          retired by ai_cleanup ${server.extension ?? '(not there)'} in PostgreSQL ${server.version}
        </p>
      </div>
    </section>
  `;
}

function Plot({ points }: { points: Point[] }) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | undefined>(undefined);
  useEffect(() => {
    if (element.current === null || points.length === 0) {
      return;
    }
    chart.current ??= new Chart(element.current);
    chart.current.show(points);
  }, [points]);
  return html`<div class="chart" ref=${element}></div>`;
}

function CleanUp({ sample, off }: { sample: Sample | undefined; off: boolean }) {
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<CleanUpAnswer>();
  const cleanUp = async () => {
    const isElsewhere = sample !== undefined && !sample.isLocal;
    if (
      isElsewhere &&
      !confirm(`End the idle connections of ${sample.where}, which is not on this machine?`)
    ) {
      return;
    }
    setBusy(true);
    try {
      const response = await fetch('api/clean-up', { method: 'POST' });
      if (!response.ok) {
        throw new Error(await response.text());
      }
      setAnswer((await response.json()) as CleanUpAnswer);
    } catch (error) {
      setAnswer({ went: 0, stayed: [], trouble: { message: String(error), remedy: [] } });
    } finally {
      setBusy(false);
    }
  };
  return html`
    <div class="clean-up">
      <output>
        ${answer && sentence(answer)}
        ${
          answer &&
          answer.stayed.length > 0 &&
          html`<details>
            <summary>who stayed, and why</summary>
            <ul>
              ${answer.stayed.map((one) => html`<li>${one.application || 'no name'} (${one.pid}): ${one.reason}</li>`)}
            </ul>
          </details>`
        }
      </output>
      <button disabled=${busy || off} onClick=${cleanUp} title="Ends the idle connections of this database">
        ${busy ? 'Cleaning up …' : 'Clean up'}
      </button>
    </div>
  `;
}

function sentence({ went, stayed, trouble }: CleanUpAnswer): string {
  if (trouble !== undefined) {
    return trouble.message;
  }
  return `${several(went, 'idle connection')} ended, ${stayed.length} stayed.`;
}

render(html`<main><${Panel} /></main>`, document.body);
