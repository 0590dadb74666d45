// The matrix of calls and errors, the curve of new findings, the time line of a run.
const rank = Object.fromEntries(data.classes.map((each, i) => [each.name, i]));
const mostRows = 250;
function matrix(number, bySite) {
    const rows = new Map(),
        columns = new Map();
    for (const point of points) {
        if (point.exploration !== number || point.strikes.length !== 1) continue;
        const strike = point.strikes[0];
        const name = bySite ? `${strike.fn} ${strike.where || strike.id}` : strike.fn;
        const id = bySite ? strike.site : strike.fn;
        if (!rows.has(id)) rows.set(id, { name, fn: strike.fn, site: strike.id, worst: 99, cells: new Map() });
        const row = rows.get(id);
        if (!row.cells.has(strike.what)) row.cells.set(strike.what, { worst: 99, count: 0, bad: 0, kinds: new Map() });
        const cell = row.cells.get(strike.what);
        const badness = rank[point.outcome];
        ++cell.count;
        if (isFinding(point.outcome)) ++cell.bad;
        cell.kinds.set(point.outcome, (cell.kinds.get(point.outcome) || 0) + 1);
        cell.worst = Math.min(cell.worst, badness);
        row.worst = Math.min(row.worst, badness);
        columns.set(strike.what, Math.min(columns.get(strike.what) ?? 99, badness));
    }
    const names = [...columns.keys()].sort((a, b) => columns.get(a) - columns.get(b) || (a < b ? -1 : 1));
    const all = [...rows.values()].sort((a, b) => a.worst - b.worst || (a.name < b.name ? -1 : 1));
    return h(
        'div',
        {},
        h(
            'div',
            { class: 'scroll' },
            h(
                'table',
                { class: 'matrix' },
                h(
                    'thead',
                    {},
                    h(
                        'tr',
                        {},
                        h('td'),
                        names.map(name => h('th', { scope: 'col' }, h('span', {}, name))),
                    ),
                ),
                h(
                    'tbody',
                    {},
                    all.slice(0, mostRows).map(row =>
                        h(
                            'tr',
                            {},
                            h('th', { scope: 'row', title: row.name }, row.name),
                            names.map(name => {
                                const cell = row.cells.get(name);
                                if (!cell) return h('td');
                                const outcome = data.classes[cell.worst].name;
                                const said = [...cell.kinds]
                                    .sort((a, b) => rank[a[0]] - rank[b[0]])
                                    .map(([kind, count]) => `${count} ${kind}`)
                                    .join(', ');
                                return h(
                                    'td',
                                    { class: `k-${kindOf(outcome)}` },
                                    h(
                                        'button',
                                        {
                                            type: 'button',
                                            title: `${row.name} ${name}: ${said}`,
                                            'aria-label': `${row.name} ${name}: ${said}`,
                                            onclick: () => {
                                                change({
                                                    show: 'points',
                                                    q: `${row.fn} ${name}${bySite ? ` ${row.site}` : ''}`,
                                                    open: '',
                                                });
                                                $('bar').scrollIntoView();
                                            },
                                        },
                                        cell.bad ? h('b', {}, String(cell.bad)) : null,
                                        cell.bad === cell.count ? '' : cell.bad ? `/${cell.count}` : String(cell.count),
                                    ),
                                );
                            }),
                        ),
                    ),
                ),
            ),
        ),
        all.length > mostRows
            ? h(
                  'p',
                  { class: 'soft' },
                  `${counted(all.length - mostRows, 'row')} in which less happened ${all.length - mostRows === 1 ? 'is' : 'are'} left out here; the search finds their points.`,
              )
            : null,
        h(
            'p',
            { class: 'legend' },
            [
                ['wrong', 'wrong, lost or corrupt'],
                ['crash', 'crash or abort'],
                ['hang', 'hang'],
                ['minor', 'leak, or fails without saying why'],
                ['clean', 'failed cleanly'],
                ['sound', 'tolerated'],
                ['none', 'not reached'],
            ].map(([kind, label]) => h('span', {}, h('i', { class: `k-${kind}` }), label)),
        ),
    );
}

function curve(exploration) {
    const total = exploration.points.length,
        most = exploration.curve.length ? exploration.curve.at(-1)[1] : 0;
    if (total === 0) return null;
    const width = 560,
        height = 150,
        left = 34,
        bottom = 22,
        top = 10;
    const x = at => left + ((width - left - 8) * at) / total,
        y = n => height - bottom - ((height - bottom - top) * n) / Math.max(most, 1);
    let path = `M${x(0)},${y(0)}`;
    for (const [at, n] of exploration.curve) path += `H${x(at).toFixed(1)}V${y(n).toFixed(1)}`;
    path += `H${x(total)}`;
    const last = most ? exploration.curve.at(-1)[0] : 0;
    const verdict =
        most === 0
            ? `No finding in ${counted(total, 'point')}.`
            : `The last new finding came at point ${last.toLocaleString('en')} of ${total.toLocaleString('en')}${total > last ? `; the ${counted(total - last, 'point')} after it found nothing new` : ''}.`;
    return h(
        'div',
        {},
        h('h2', {}, 'New findings'),
        h(
            'div',
            { class: 'card pad' },
            h(
                'svg',
                { viewBox: `0 0 ${width} ${height}`, width: '100%', role: 'img', 'aria-label': verdict },
                h('path', { class: 'under', d: `${path}V${y(0)}Z` }),
                h('path', { class: 'curve', d: path }),
                h('line', { class: 'axis', x1: left, x2: width - 8, y1: y(0), y2: y(0) }),
                h('text', { x: left - 6, y: y(most) + 4, 'text-anchor': 'end' }, String(most)),
                h('text', { x: left - 6, y: y(0) + 4, 'text-anchor': 'end' }, most ? '0' : ''),
                h('text', { x: left, y: height - 6 }, '0'),
                h(
                    'text',
                    { x: width - 8, y: height - 6, 'text-anchor': 'end' },
                    `${total.toLocaleString('en')} points`,
                ),
            ),
            h(
                'p',
                { class: 'soft' },
                verdict,
                ' Points are counted in a fixed order, everywhere once before anywhere again, so that shards and jobs change nothing.',
            ),
        ),
    );
}
const hues = [
    'var(--wrong)',
    'var(--accent)',
    'var(--sound)',
    'var(--crash)',
    'var(--hang)',
    'var(--clean)',
    'var(--minor)',
];
function timeLine(runs) {
    const timed = runs.events.filter(event => event[0] !== null);
    if (timed.length === 0) return null;
    const lanes = [...new Set(timed.map(event => event[1]))],
        faults = [...new Set(timed.map(event => event[2]))];
    const end = Math.max(...timed.map(event => event[0]), 1e-6);
    const left = 110,
        width = 1000,
        lane = 22,
        height = lanes.length * lane + 24;
    const x = time => left + ((width - left - 12) * time) / end;
    return h(
        'div',
        { class: 'card pad' },
        h(
            'div',
            { class: 'scroll' },
            h(
                'svg',
                {
                    viewBox: `0 0 ${width} ${height}`,
                    width: '100%',
                    style: 'min-width:34rem',
                    role: 'img',
                    'aria-label': 'When each fault fired, by process and thread',
                },
                lanes.map((name, i) =>
                    h(
                        'g',
                        {},
                        h('line', { class: 'axis', x1: left, x2: width - 12, y1: i * lane + 14, y2: i * lane + 14 }),
                        h('text', { x: left - 8, y: i * lane + 18, 'text-anchor': 'end' }, text(name).slice(-16)),
                    ),
                ),
                timed.map(([time, thread, fault, fn, what]) =>
                    h(
                        'rect',
                        {
                            x: (x(time) - 1.5).toFixed(1),
                            y: lanes.indexOf(thread) * lane + 5,
                            width: 3,
                            height: 18,
                            rx: 1.5,
                            fill: hues[faults.indexOf(fault) % hues.length],
                        },
                        h('title', {}, `${time.toFixed(6)} s  ${text(fault)}  ${text(fn)}  ${text(what)}`),
                    ),
                ),
                h('text', { x: left, y: height - 4 }, '0 s'),
                h('text', { x: width - 12, y: height - 4, 'text-anchor': 'end' }, `${end.toFixed(end < 1 ? 6 : 3)} s`),
            ),
        ),
        h(
            'p',
            { class: 'legend' },
            faults.map((fault, i) =>
                h('span', {}, h('i', { style: `background:${hues[i % hues.length]}` }), text(fault)),
            ),
        ),
        runs.events_left_out
            ? h('p', { class: 'soft' }, `${counted(runs.events_left_out, 'more event')} left out here or not kept.`)
            : null,
    );
}
