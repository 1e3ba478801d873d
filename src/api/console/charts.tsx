import type { FC } from 'hono/jsx';

const WIDTH = 480;
const HEIGHT = 180;
const LEFT = 70;
const BOTTOM = 28;
const TOP = 16;

interface Series {
  name: string;
  /** One value for each mark of the time axis; NULL: nothing is known. */
  values: (number | null)[];
}

interface ChartProps {
  /** What the picture shows, in a sentence: for those who do not see it. */
  label: string;
  /** Words of the time axis; every few of them are written. */
  marks: string[];
  series: Series[];
  shape: 'bars' | 'lines';
  format(value: number): string;
}

/** A picture drawn on the server: bars side by side stacked, or lines. Two series at most. */
export const Chart: FC<ChartProps> = ({ label, marks, series, shape, format }) => {
  const most = niceTop(Math.max(0, ...totals(series, shape)));
  const step = (WIDTH - LEFT) / Math.max(1, marks.length);
  const y = (value: number) => HEIGHT - BOTTOM - (value / most) * (HEIGHT - BOTTOM - TOP);
  return (
    <figure class="chart-box">
      <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {[0, most / 2, most].map((value) => (
          <g>
            <line class="axis" x1={LEFT} x2={WIDTH} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 6} y={y(value) + 5} text-anchor="end">
              {format(value)}
            </text>
          </g>
        ))}
        {marks.map((mark, index) =>
          index % Math.ceil(marks.length / 8) === 0 ? (
            <text x={LEFT + step * (index + 0.5)} y={HEIGHT - 6} text-anchor="middle">
              {mark}
            </text>
          ) : null,
        )}
        {shape === 'bars' ? <Bars series={series} step={step} y={y} /> : <Lines series={series} step={step} y={y} />}
      </svg>
      <figcaption class="soft">
        {series.map(({ name }, index) => (
          <span>
            <svg class="key-mark" width="14" height="10" viewBox="0 0 14 10" aria-hidden="true">
              <rect class={`bar${index + 1}`} width="14" height="10" />
            </svg>{' '}
            {name}{' '}
          </span>
        ))}
      </figcaption>
    </figure>
  );
};

type Drawing = FC<{ series: Series[]; step: number; y(value: number): number }>;

const Bars: Drawing = ({ series, step, y }) => (
  <>
    {series.flatMap(({ values, name }, place) =>
      values.map((value, index) => {
        if (value === null || value === 0) return null;
        const below = series.slice(0, place).reduce((sum, one) => sum + (one.values[index] ?? 0), 0);
        return (
          <rect
            class={`bar${place + 1}`}
            x={LEFT + step * index + step * 0.15}
            width={step * 0.7}
            y={y(below + value)}
            height={Math.max(1, y(below) - y(below + value))}
          >
            <title>{`${name}: ${value}`}</title>
          </rect>
        );
      }),
    )}
  </>
);

const Lines: Drawing = ({ series, step, y }) => (
  <>
    {series.map(({ values }, place) => (
      <g>
        <path class={`line${place + 1}`} d={pathOf(values, (index) => LEFT + step * (index + 0.5), y)} />
        {values.map((value, index) =>
          value === null ? null : (
            <circle class={`bar${place + 1}`} cx={LEFT + step * (index + 0.5)} cy={y(value)} r="3" />
          ),
        )}
      </g>
    ))}
  </>
);

/** A line with a gap where nothing is known. */
function pathOf(values: (number | null)[], x: (index: number) => number, y: (value: number) => number): string {
  return values
    .map((value, index) => {
      if (value === null) return '';
      const begins = index === 0 || values[index - 1] === null;
      return `${begins ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join(' ');
}

function totals(series: Series[], shape: ChartProps['shape']): number[] {
  if (shape === 'lines') return series.flatMap(({ values }) => values.map((value) => value ?? 0));
  const length = Math.max(0, ...series.map(({ values }) => values.length));
  return Array.from({ length }, (_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
}

/** The next of 1, 2, 5, 10, 20, 50 … that is not below. */
function niceTop(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((top) => top >= value) ?? value;
}
