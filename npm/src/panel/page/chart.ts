// The chart: connections over time against the limit, with a mark where the code was reloaded.
import uPlot from 'uplot';
import { clock } from '#words';
import type { Point } from '../message.js';

const height = 240;
/** Between two times at the axis: less than a second would show the same one twice. */
const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800];

export class Chart {
  #plot: uPlot | undefined;
  #points: Point[] = [];

  constructor(private readonly element: HTMLElement) {
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(element);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw());
  }

  show(points: Point[]): void {
    this.#points = points;
    if (this.#plot === undefined) {
      this.#draw();
    } else {
      this.#plot.setData(this.#data());
    }
  }

  #draw(): void {
    this.#plot?.destroy();
    const colour = (name: string) => this.#colour(name);
    // Wide enough for a time in whatever words the browser has for it.
    const axis: uPlot.Axis = {
      stroke: colour('--faint'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    const line = (label: string, stroke: string, more: Partial<uPlot.Series> = {}) => ({
      ...{ label, stroke, width: 2, points: { show: false } },
      ...more,
    });
    this.#plot = new uPlot(
      {
        ...this.#size(),
        legend: { live: false },
        cursor: { y: false },
        padding: [null, 48, null, null], // half of the last time
        scales: { y: { range: (_plot, _min, max) => [0, Math.max(5, Math.ceil(max * 1.1))] } },
        axes: [
          {
            ...{ ...axis, space: 100, incrs: seconds },
            values: (_plot, splits) => splits.map((at) => clock(at * 1000)),
          },
          { ...axis, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
        ],
        series: [
          {},
          line('this database', colour('--accent'), { fill: colour('--accent-soft') }),
          line('whole server', colour('--other')),
          line('limit', colour('--bad'), { dash: [6, 4], width: 1 }),
        ],
        hooks: { drawAxes: [(plot) => this.#drawReloads(plot, colour('--reload'))] },
      },
      this.#data(),
      this.element,
    );
  }

  /** A canvas does not understand light-dark(); the style of an element is resolved. */
  #colour(name: string): string {
    this.element.style.color = `var(${name})`;
    const { color } = getComputedStyle(this.element);
    this.element.style.color = '';
    return color;
  }

  #data(): uPlot.AlignedData {
    return [
      this.#points.map(({ at }) => at / 1000),
      this.#points.map(({ database }) => database),
      this.#points.map(({ server }) => server),
      this.#points.map(({ limit }) => limit),
    ];
  }

  #drawReloads({ ctx, bbox, valToPos }: uPlot, colour: string): void {
    ctx.save();
    ctx.fillStyle = colour;
    this.#points.forEach(({ at, generation }, index) => {
      const before = this.#points[index - 1];
      if (before === undefined || before.generation === generation) {
        return;
      }
      ctx.fillRect(valToPos(at / 1000, 'x', true), bbox.top, devicePixelRatio, bbox.height);
    });
    ctx.restore();
  }

  #size(): { width: number; height: number } {
    return { width: this.element.clientWidth, height };
  }
}
